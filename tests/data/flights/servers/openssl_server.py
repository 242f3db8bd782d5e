"""``python openssl_server.py PORT CHAIN.pem KEY.pem VERSION``: a server of the OpenSSL in the wheel of cryptography."""

import contextlib
import socket
import sys

from OpenSSL import SSL

port, chain, key, version = sys.argv[1:]
context = SSL.Context(SSL.TLS_SERVER_METHOD)
context.use_certificate_chain_file(chain)
context.use_privatekey_file(key)
code = {"1.2": SSL.TLS1_2_VERSION, "1.3": SSL.TLS1_3_VERSION}[version]
context.set_min_proto_version(code)
context.set_max_proto_version(code)
listener = socket.create_server(("127.0.0.1", int(port)))
while True:
    link, _ = listener.accept()
    tls = SSL.Connection(context, link)
    tls.set_accept_state()
    with contextlib.suppress(SSL.Error):  # the recorder leaves after the first flight
        tls.do_handshake()
    link.close()
