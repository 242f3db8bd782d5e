// node server.mjs PORT CHAIN.pem KEY.pem VERSION SUITE GROUP: a server of Node's tls; names are those of OpenSSL.
import { readFileSync } from "node:fs";
import { createServer } from "node:tls";

const [port, cert, key, version, ciphers, ecdhCurve] = process.argv.slice(2);
const server = createServer({
  cert: readFileSync(cert),
  key: readFileSync(key),
  minVersion: version,
  maxVersion: version,
  ciphers,
  ecdhCurve,
});
server.on("tlsClientError", () => {}); // the recorder leaves after the first flight
server.listen(Number(port), "127.0.0.1");
