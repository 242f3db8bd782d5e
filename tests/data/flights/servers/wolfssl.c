/* cc wolfssl.c -lwolfssl; ./a.out PORT CHAIN.pem KEY.pem VERSION SUITE GROUP: a server of wolfSSL. VERSION is 2 or 3 (TLS 1.x),
 * GROUP the number on the wire. */
#include <wolfssl/options.h>
#include <wolfssl/ssl.h>

#include <arpa/inet.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int count, char **args) {
    if (count != 7) return 2;
    wolfSSL_Init();
    WOLFSSL_CTX *context = wolfSSL_CTX_new(atoi(args[4]) == 3 ? wolfTLSv1_3_server_method() : wolfTLSv1_2_server_method());
    if (wolfSSL_CTX_use_certificate_chain_file(context, args[2]) != WOLFSSL_SUCCESS) return 3;
    if (wolfSSL_CTX_use_PrivateKey_file(context, args[3], WOLFSSL_FILETYPE_PEM) != WOLFSSL_SUCCESS) return 4;
    if (wolfSSL_CTX_set_cipher_list(context, args[5]) != WOLFSSL_SUCCESS) return 5;
    if (wolfSSL_CTX_UseSupportedCurve(context, (word16)strtol(args[6], NULL, 0)) != WOLFSSL_SUCCESS) return 6;
    int listener = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    struct sockaddr_in place = {.sin_family = AF_INET, .sin_port = htons(atoi(args[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (bind(listener, (struct sockaddr *)&place, sizeof place) || listen(listener, 5)) return 7;
    for (;;) {
        int link = accept(listener, NULL, NULL);
        WOLFSSL *tls = wolfSSL_new(context);
        wolfSSL_set_fd(tls, link);
        wolfSSL_accept(tls);
        wolfSSL_free(tls);
        close(link);
    }
}
