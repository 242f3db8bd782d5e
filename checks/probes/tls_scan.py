"""What an address accepts of TLS, in as few connections as the answers allow."""

from __future__ import annotations

from checks.facts.tls import TlsHandshake
from checks.facts.tls_scan import Ask, TlsScan
from checks.net.aio import AioDoor
from checks.net.transport import Door, Limits
from checks.options import Options
from checks.policy.tls_profile import TlsProfile, load
from checks.probes.line import Line
from checks.probes.tls_ask import Asker
from checks.probes.tls_mail import MailQuestions
from checks.probes.tls_web import WebQuestions
from checks.wire.tls import in_base64

MOST_MAIL, MOST_WEB = 16, 32  # connections to one address, those of the other probes included


async def probe(
    host: str,
    address: str,
    port: int,
    known: TlsHandshake,
    *,
    options: Options,
    limits: Limits,
    seconds: float,
    door: Door | None = None,
    profile: TlsProfile | None = None,
) -> TlsScan:
    """What ``address`` accepts on a port where TLS begins at once. Raises nothing; what was not answered is FAILED in its
    answer. ``known`` is the handshake that another probe had with it, ``seconds`` what may be spent in all.
    """
    door = door or AioDoor(options, limits)
    line = Line(address, port, options, door, door.clock() + seconds)
    name = host.rstrip(".")
    asker = Asker(name, line, MOST_WEB - 1)
    request = f"GET / HTTP/1.0\r\nHost: {name}\r\n\r\n".encode("ascii", "replace")
    questions = WebQuestions(asker, profile or load(options.tls_profile), known, request=request)
    return await _scanned(questions, name)


async def probe_mail(
    host: str, line: Line, known: TlsHandshake, *, spent: int = 1, slow: bool = False, profile: TlsProfile | None = None
) -> TlsScan:
    """What the address at the other end of ``line`` accepts after STARTTLS, with the name that ``known`` was had with.
    ``spent`` connections were made before; ``slow``: nothing is asked that decides nothing.
    """
    name = host.rstrip(".")
    asker = Asker(known.server_name or name, line, MOST_MAIL - spent)
    questions = MailQuestions(asker, profile or load(line.options.tls_profile), known, slow=slow)
    return await _scanned(questions, name)


async def _scanned(questions: MailQuestions | WebQuestions, host: str) -> TlsScan:
    asker, line = questions.asker, questions.asker.line
    begun = line.door.clock()
    await questions.run()
    staple = next(iter(asker.staples.items()), (0, b""))
    return TlsScan(
        host=host,
        address=line.address,
        port=line.port,
        answers=tuple(sorted(questions.answers, key=lambda answer: list(Ask).index(answer.ask))),
        chains=tuple(in_base64(chain) for chain in asker.chains),
        staple=in_base64([staple[1]])[0] if staple[1] else "",
        stapled=staple[0],
        renegotiation=questions.renegotiation,
        tickets=questions.tickets,
        complete=questions.complete,
        small_hellos=asker.small_hellos,
        connections=line.connections,
        ms=round((line.door.clock() - begun) * 1000),
        profile=questions.profile.id,
    )
