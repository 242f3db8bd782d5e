"""``GRPC_SSL_CIPHER_SUITES=SUITE python boringssl_server.py PORT CHAIN.pem KEY.pem``: a server of BoringSSL (grpcio)."""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc  # type: ignore[import-not-found]

port, chain, key = sys.argv[1:]
server = grpc.server(ThreadPoolExecutor(1))
credentials = grpc.ssl_server_credentials([(Path(key).read_bytes(), Path(chain).read_bytes())])
server.add_secure_port(f"127.0.0.1:{port}", credentials)
server.start()
server.wait_for_termination()
