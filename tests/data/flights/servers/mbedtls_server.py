"""``python mbedtls_server.py PORT CHAIN.pem KEY.pem SUITE``: a server of Mbed TLS (python-mbedtls), TLS 1.2."""

import contextlib
import os
import signal
import socket
import sys
from pathlib import Path

from mbedtls import pk, tls, x509  # type: ignore[import-not-found]

port, chain, key, suite = sys.argv[1:]
blocks = Path(chain).read_text().split("-----END CERTIFICATE-----\n")[:-1]
certificates = [x509.CRT.from_PEM(block + "-----END CERTIFICATE-----\n") for block in blocks]
configuration = tls.TLSConfiguration(
    validate_certificates=False,
    certificate_chain=(certificates, pk.RSA.from_PEM(Path(key).read_text())),
    ciphers=[suite],
    lowest_supported_version=tls.TLSVersion.TLSv1_2,
    highest_supported_version=tls.TLSVersion.TLSv1_2,
)
context = tls.ServerContext(configuration)
listener = context.wrap_socket(socket.create_server(("127.0.0.1", int(port))))
while True:
    link, _ = listener.accept()
    if os.fork():  # the wrapper never notices that the recorder left after the first flight
        continue
    signal.alarm(5)
    with contextlib.suppress(Exception):
        link.do_handshake()
    os._exit(0)
