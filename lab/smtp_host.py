"""A mail host on port 25: a small, correct SMTP server (RFC 5321, RFC 3207) that takes no mail, and its ways of going
wrong.
"""

import asyncio
import ssl

from lab.model import MailFault
from lab.streams import LineTooLong, Stream

MAX_LINE = 2_048
MAX_COMMANDS = 200
EXTENSIONS = ("PIPELINING", "SIZE 10485760", "STARTTLS", "ENHANCEDSTATUSCODES", "8BITMIME")
GREETING_ONLY = {
    MailFault.GREETING_421: "421 4.3.2 {host} Service not available, try again later",
    MailFault.NEVER_MAIL: "521 5.3.2 {host} This host takes no mail",
    MailFault.GREETING_554: "554 5.7.1 {host} No SMTP service here for your address",
}
SIMPLE_REPLIES = {
    "NOOP": "250 2.0.0 Ok",
    "RSET": "250 2.0.0 Ok",
    "VRFY": "252 2.5.2 Cannot verify the user",
    "MAIL": "550 5.7.1 This is a practice server, it takes no mail",
    "RCPT": "503 5.5.1 MAIL comes first",
    "DATA": "503 5.5.1 RCPT comes first",
}


class SmtpHost:
    """Serves connections for one mail host. `name` is how it introduces itself."""

    def __init__(
        self, name: str, context: ssl.SSLContext, *, fault: MailFault, greeting_delay: float, delay: float
    ) -> None:
        self._name = name
        self._context = context
        self._fault = fault
        self._greeting_delay = greeting_delay
        self._delay = delay

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until its end."""
        stream = Stream(reader, writer, self._delay)
        try:
            # The round trip of the connection itself, which takes no time on loopback.
            await stream.pause()
            await self._talk(stream)
        finally:
            await stream.close()

    async def _talk(self, stream: Stream) -> None:
        if self._fault is MailFault.CLOSES:
            return
        if self._fault is MailFault.SILENT:
            await stream.until_closed()
            return
        await asyncio.sleep(self._greeting_delay)
        if self._fault in GREETING_ONLY:
            await _reply(stream, GREETING_ONLY[self._fault].format(host=self._name))
            return
        await _reply(stream, f"220 {self._name} ESMTP practice server")
        session = _Session(self._name, self._fault)
        for _ in range(MAX_COMMANDS):
            try:
                line = await stream.read_until(b"\n", MAX_LINE)
            except LineTooLong:
                await _reply(stream, "500 5.5.2 Line too long")
                return
            verb = line.decode("latin-1").strip().partition(" ")[0].upper()
            await _reply(stream, session.reply(verb))
            if verb == "QUIT":
                return
            if session.starts_tls:
                if self._fault is not MailFault.KEEPS_COMMANDS:
                    stream.forget_unread()
                if self._fault is MailFault.TLS_ALERT:
                    await stream.refuse_tls()
                    return
                await stream.start_tls(self._context)
                session = _Session(self._name, self._fault, secure=True)
        await _reply(stream, f"421 4.7.0 {self._name} Too many commands")


class _Session:
    """The state between two handshakes: whether TLS is on, whether EHLO was said."""

    def __init__(self, host: str, fault: MailFault, *, secure: bool = False) -> None:
        self._host = host
        self._fault = fault
        self._secure = secure
        self._greeted = False
        self.starts_tls = False

    def reply(self, verb: str) -> str:
        match verb:
            case "EHLO":
                self._greeted = True
                return self._extensions()
            case "HELO":
                self._greeted = True
                return f"250 {self._host}"
            case "STARTTLS":
                return self._starttls()
            case "QUIT":
                return f"221 2.0.0 {self._host} Bye"
            case "MAIL" if not self._greeted:
                return "503 5.5.1 EHLO comes first"
        return SIMPLE_REPLIES.get(verb, "500 5.5.2 Command not recognised")

    def _extensions(self) -> str:
        words = [word for word in EXTENSIONS if word != "STARTTLS" or self._offers_starttls()]
        if self._fault is MailFault.STRIPPED:
            words.insert(EXTENSIONS.index("STARTTLS"), "XXXXXXXA")
        lines = [self._host, *words]
        return "\r\n".join([f"250-{line}" for line in lines[:-1]] + [f"250 {lines[-1]}"])

    def _offers_starttls(self) -> bool:
        return not self._secure and self._fault not in (MailFault.NO_STARTTLS, MailFault.STRIPPED)

    def _starttls(self) -> str:
        if not self._offers_starttls():
            return "503 5.5.1 TLS is already on" if self._secure else "502 5.5.1 Command not implemented"
        if not self._greeted:
            return "503 5.5.1 EHLO comes first"
        if self._fault is MailFault.REFUSES_STARTTLS:
            return "454 4.7.0 TLS not available due to a temporary reason"
        self.starts_tls = True
        return "220 2.0.0 Ready to start TLS"


async def _reply(stream: Stream, text: str) -> None:
    await stream.write(f"{text}\r\n".encode("ascii"))
