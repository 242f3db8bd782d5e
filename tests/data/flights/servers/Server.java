import java.io.FileInputStream;
import java.net.InetAddress;
import java.security.KeyStore;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;

/** java -Djdk.tls.namedGroups=GROUP Server.java PORT KEYS.p12 PROTOCOL SUITE: a server of the JDK's own TLS (JSSE). */
class Server {
    public static void main(String[] args) throws Exception {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        keys.load(new FileInputStream(args[1]), "flights".toCharArray());
        KeyManagerFactory managers = KeyManagerFactory.getInstance("PKIX");
        managers.init(keys, "flights".toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        int port = Integer.parseInt(args[0]);
        SSLServerSocket server = (SSLServerSocket) context.getServerSocketFactory()
            .createServerSocket(port, 5, InetAddress.getByName("127.0.0.1"));
        server.setEnabledProtocols(new String[] {args[2]});
        server.setEnabledCipherSuites(new String[] {args[3]});
        while (true) {
            try (SSLSocket link = (SSLSocket) server.accept()) {
                link.startHandshake();
            } catch (java.io.IOException ended) {
                // The recorder leaves after the first flight.
            }
        }
    }
}
