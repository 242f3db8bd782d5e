"""TLS as the guidelines of NCSC-NL (2025-05) like it: versions 1.2 and 1.3, forward secrecy and AEAD only, no
compression, no renegotiation; and the ways in which servers fall short of that.

Level 3 of OpenSSL leaves out what has less than 128 bits: signatures with SHA-224 and the group ffdhe2048, which no
other setting of Python reaches. One context per certificate.
"""

import base64
import ssl
from pathlib import Path

from lab import der
from lab.model import TlsKind

CIPHERS = (
    "@SECLEVEL=2:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:"
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:@SECLEVEL=3"
)


ORDINARY_CIPHERS = CIPHERS.removesuffix("@SECLEVEL=3") + "@SECLEVEL=2"
CBC_FIRST = "ECDHE-ECDSA-AES256-SHA384:ECDHE-ECDSA-AES128-SHA256:" + CIPHERS.partition(":")[2]
DHE = "DHE-RSA-AES256-GCM-SHA384:DHE-RSA-AES128-GCM-SHA256:@SECLEVEL=2"
_CIPHERS = {
    TlsKind.ORDINARY: ORDINARY_CIPHERS,
    TlsKind.PHASE_OUT: f"@SECLEVEL=2:{CBC_FIRST}",
    TlsKind.LENIENT: ORDINARY_CIPHERS.replace("@SECLEVEL=2", "@SECLEVEL=1"),
    TlsKind.DHE_2048: DHE,
    TlsKind.DHE_3072: DHE,
    TlsKind.OLD: "ALL:!aNULL:!eNULL:!PSK:@SECLEVEL=0",
}
_NO_EXTENDED_MASTER_SECRET = 1 << 0  # SSL_OP_NO_EXTENDED_MASTER_SECRET of openssl/ssl.h, which Python does not name
_FFDHE = {TlsKind.DHE_2048: (2048, 560_316), TlsKind.DHE_3072: (3072, 2_625_351)}
"""Bits of a group, and the X of its formula (RFC 7919 appendices A.1 and A.2)."""


def server_context(certificate: Path, kind: TlsKind = TlsKind.MODERN) -> ssl.SSLContext:
    """A server context for a PEM file with key and chain."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_COMPRESSION | ssl.OP_CIPHER_SERVER_PREFERENCE
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("ALL:@SECLEVEL=0")  # a short key is loaded, too
    context.load_cert_chain(certificate)
    context.set_ciphers(_CIPHERS.get(kind, CIPHERS))
    match kind:
        case TlsKind.OLD:
            context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
            context.options &= ~ssl.OP_CIPHER_SERVER_PREFERENCE
        case TlsKind.DHE_2048 | TlsKind.DHE_3072:
            context.maximum_version = ssl.TLSVersion.TLSv1_2
            context.load_dh_params(str(_group_file(certificate.parent, *_FFDHE[kind])))
        case TlsKind.NO_EMS:
            context.options |= _NO_EXTENDED_MASTER_SECRET
    if kind is not TlsKind.OLD:
        _one_group(context)
    return context


def _one_group(context: ssl.SSLContext) -> None:
    """One group of the good ones: by default OpenSSL would accept ffdhe2048 as well in TLS 1.3, and Python cannot set a
    list.
    """
    try:
        context.set_ecdh_curve("X25519")
    except (ssl.SSLError, ValueError):
        # The Python 3.11.2 of Debian 12 sets older curves only.
        context.set_ecdh_curve("prime256v1")


def _group_file(directory: Path, bits: int, x: int) -> Path:
    """The parameters of a finite-field group with generator 2, in a file: Python loads them from nothing else."""
    path = directory / f"ffdhe{bits}.pem"
    prime = 2**bits - 2 ** (bits - 64) + (_times_e(bits - 130) + x) * 2**64 - 1
    text = base64.encodebytes(der.sequence(der.integer(prime), der.integer(2))).decode("ascii")
    path.write_text(f"-----BEGIN DH PARAMETERS-----\n{text}-----END DH PARAMETERS-----\n", encoding="ascii")
    return path


def _times_e(bits: int) -> int:
    """The whole part of 2 to the power of `bits` times e, by its series."""
    spare = 64
    total, term, count = 0, 1 << (bits + spare), 0
    while term:
        total += term
        count += 1
        term //= count
    return total >> spare
