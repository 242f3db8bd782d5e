"""TLS as the guidelines of NCSC-NL (2025-05) like it: versions 1.2 and 1.3, forward secrecy and AEAD only, no
compression, no renegotiation.

Level 3 of OpenSSL leaves out what has less than 128 bits: signatures with SHA-224 and the group ffdhe2048, which no
other setting of Python reaches. One context per certificate; a server chooses by the name that the client asks for (RFC
6066 section 3).
"""

import ssl
from collections.abc import Mapping
from pathlib import Path

CIPHERS = (
    "@SECLEVEL=2:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:"
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:@SECLEVEL=3"
)


def server_context(certificate: Path) -> ssl.SSLContext:
    """A server context for a PEM file with key and chain."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(CIPHERS)
    context.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_COMPRESSION | ssl.OP_CIPHER_SERVER_PREFERENCE
    # One group of the good ones: by default OpenSSL would accept ffdhe2048 as well in TLS 1.3, and Python cannot set a list.
    try:
        context.set_ecdh_curve("X25519")
    except (ssl.SSLError, ValueError):
        # The Python 3.11.2 of Debian 12 sets older curves only.
        context.set_ecdh_curve("prime256v1")
    context.load_cert_chain(certificate)
    return context


def old_server_context(certificate: Path) -> ssl.SSLContext:
    """A server context as nobody should have it any more: all versions and suites, in the order of the client."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers("ALL:!aNULL:!eNULL:!PSK:@SECLEVEL=0")
    context.options &= ~ssl.OP_CIPHER_SERVER_PREFERENCE
    context.load_cert_chain(certificate)
    return context


def context_by_name(certificates: Mapping[str, Path]) -> ssl.SSLContext:
    """A context that shows the certificate of the name which the client sends; the first for no or an unknown name."""
    contexts = {name: server_context(path) for name, path in certificates.items()}
    first = next(iter(contexts.values()))

    def chosen(connection: ssl.SSLObject, name: str | None, _context: ssl.SSLContext) -> None:
        connection.context = contexts.get((name or "").lower(), first)

    chooser = server_context(next(iter(certificates.values())))
    chooser.sni_callback = chosen
    return chooser
