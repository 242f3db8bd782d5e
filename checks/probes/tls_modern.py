"""A handshake of TLS 1.3 that offers signature schemes of one kind of key only, for the certificate that a server has
beside the one it prefers. OpenSSL's binding cannot restrict them; the client of ``wire.tls13_client`` can.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from checks.facts.network import Reason
from checks.facts.tls import TlsFailure, TlsHandshake
from checks.net.transport import Connection, Interrupted
from checks.options import Options
from checks.policy.tls_names import TLS1_3, suite_name
from checks.wire import tls
from checks.wire.tls13_client import Tls13Client
from checks.wire.tls13_keys import EXCHANGES, SUITES
from checks.wire.tls_hello import Hello

_SIGNATURES = {  # RFC 8446 section 4.2.3
    tls.KeyType.RSA: (0x0804, 0x0805, 0x0806, 0x0809, 0x080A, 0x080B),
    tls.KeyType.ECDSA: (0x0403, 0x0503, 0x0603),
}


async def handshake(
    connection: Connection, host: str, until: float, *, only: tls.KeyType, options: Options, now: datetime
) -> TlsHandshake | TlsFailure:
    """The handshake as far as the server's certificate; no further, as nothing else is asked. Raises nothing."""
    name = tls.sni(host)
    client = Tls13Client(Hello(TLS1_3, tuple(SUITES), tuple(EXCHANGES), _SIGNATURES[only], name), b"")
    with suppress(Interrupted):
        await connection.write(client.start(), until)
        while not client.done and not client.chain:
            reply = client.receive(await connection.read(until))
            if reply and not client.chain:
                await connection.write(reply, until)
    if not client.chain:
        return TlsFailure(client.failure or Reason.CLOSED, answered=client.answered)
    verification = tls.verify_chain(client.chain, options.ca_bundle, now)
    return TlsHandshake("TLSv1.3", suite_name(client.flight.suite), name, tls.in_base64(client.chain), verification)
