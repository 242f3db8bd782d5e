"""Readers for environment variables that fail loudly: a value that means nothing stops start-up with a sentence that names the variable.

Every reader takes the mapping it reads from, so that tests and the supervisor can hand in their own. Knows nothing of Django.
"""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

Environ = Mapping[str, str]
_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off"}


class WrongVariable(ValueError):
    """An environment variable that is missing or cannot mean anything; the message is a sentence for the operator."""


def env_str(environ: Environ, name: str, default: str = "") -> str:
    """The text of ``name``, or of the file that ``name_FILE`` points at (for secrets), or the default."""
    path = environ.get(f"{name}_FILE", "").strip()
    if environ.get(name, "").strip():
        if path:
            raise WrongVariable(f"Both {name} and {name}_FILE are set; keep one of them.")
        return environ[name].strip()
    if not path:
        return default
    try:
        return Path(path).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not text"
        raise WrongVariable(f"{name}_FILE is {path!r}, which cannot be read ({reason}).") from error


def env_bool(environ: Environ, name: str, *, default: bool) -> bool:
    """True or false, in any case. Everything else is refused."""
    text = env_str(environ, name).lower()
    if not text:
        return default
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise WrongVariable(f"{name} is {text!r}; it may be true or false.")


def env_int(environ: Environ, name: str, *, default: int, at_least: int, at_most: int) -> int:
    """A whole number within bounds."""
    text = env_str(environ, name)
    try:
        number = int(text) if text else default
    except ValueError:
        raise WrongVariable(f"{name} is {text!r}, which is not a whole number.") from None
    if not at_least <= number <= at_most:
        raise WrongVariable(f"{name} is {number}; it may be {at_least} to {at_most}.")
    return number


def env_choice(environ: Environ, name: str, choices: tuple[str, ...]) -> str:
    """One of the words; the first is the default."""
    text = env_str(environ, name, choices[0]).lower()
    if text not in choices:
        raise WrongVariable(f"{name} is {text!r}; it may be {' or '.join(choices)}.")
    return text


def env_origin(environ: Environ, name: str) -> str:
    """Scheme, host and port of an https address (http for a loopback name only)."""
    text = env_str(environ, name)
    parts = urlsplit(text)
    local = parts.hostname in ("localhost", "127.0.0.1", "::1")
    if not parts.hostname or not (parts.scheme == "https" or (parts.scheme == "http" and local)):
        raise WrongVariable(f"{name} is {text!r}; it should look like https://login.example.")
    return f"{parts.scheme}://{parts.netloc}"


def env_mail(environ: Environ, name: str) -> tuple[str, int, str, str, bool, bool] | None:
    """Host, port, user, password, STARTTLS, TLS of ``smtp://user:password@host:587`` (with STARTTLS), ``smtps://`` (TLS at once) or
    ``smtp+plain://`` (neither, for a server on this machine or network). None when it is not set."""
    text = env_str(environ, name)
    if not text:
        return None
    ports = {"smtp": 587, "smtps": 465, "smtp+plain": 25}
    try:
        parts = urlsplit(text)
        port = parts.port or ports.get(parts.scheme, 0)
    except ValueError:
        parts, port = urlsplit(""), 0
    if parts.scheme not in ports or not parts.hostname or parts.path.strip("/") or parts.query:
        raise WrongVariable(
            f"{name} should look like smtp://user:password@mail.example:587 (or smtps://, smtp+plain://)."
        )
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return parts.hostname, port, user, password, parts.scheme == "smtp", parts.scheme == "smtps"


def env_list(environ: Environ, name: str, default: str = "") -> list[str]:
    """The items of a comma list, without empty ones."""
    return [item.strip() for item in env_str(environ, name, default).split(",") if item.strip()]


def env_networks(environ: Environ, name: str) -> list[IPv4Network | IPv6Network]:
    """The networks of a comma list; a single address is a network of one."""
    try:
        return [ip_network(item) for item in env_list(environ, name)]
    except ValueError as error:
        raise WrongVariable(f"{name}: {error}.") from error


def env_rate(environ: Environ, name: str, default: str) -> tuple[int, int]:
    """``30/600``: how many are allowed in how many seconds."""
    text = env_str(environ, name, default)
    count, _, seconds = text.partition("/")
    if (
        not (count.isascii() and count.isdigit() and seconds.isascii() and seconds.isdigit())
        or int(count) < 1
        or int(seconds) < 1
    ):
        raise WrongVariable(f"{name} is {text!r}; it should look like 30/600: thirty in 600 seconds.")
    return int(count), int(seconds)


def env_site(environ: Environ, name: str, default: str) -> tuple[str, str, bool]:
    """The portal's own address: (without a slash at the end, host name, whether it is https)."""
    text = env_str(environ, name, default).rstrip("/")
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path or parts.query:
        raise WrongVariable(f"{name} is {text!r}; it should look like https://zegel.example.")
    return text, parts.hostname, parts.scheme == "https"


def env_database(environ: Environ, name: str) -> dict[str, str]:
    """NAME, USER, PASSWORD, HOST and PORT of a ``postgresql://user:password@host:port/name`` address; ``?host=/folder`` means a Unix socket."""
    text = env_str(environ, name)
    if not text:
        raise WrongVariable(
            f"{name} is not set. Start the portal with `make run`, or name a PostgreSQL server: postgresql://user:password@host/name."
        )
    try:
        parts = urlsplit(text)
        port = str(parts.port or "")
    except ValueError:
        raise WrongVariable(
            f"{name} is not an address of the form postgresql://user:password@host:port/name."
        ) from None
    database = unquote(parts.path.lstrip("/"))
    if parts.scheme not in ("postgres", "postgresql") or not database:
        raise WrongVariable(
            f"{name} should look like postgresql://user:password@host:port/name; the portal runs on PostgreSQL only."
        )
    extra = dict(parse_qsl(parts.query))
    if unknown := set(extra) - {"host", "sslmode"}:
        raise WrongVariable(
            f"{name} has {', '.join(sorted(unknown))} after the question mark; only host and sslmode are understood there."
        )
    return {
        "NAME": database,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": extra.get("host") or unquote(parts.hostname or ""),
        "PORT": port,
        "SSLMODE": extra.get("sslmode", ""),
    }


def env_redis(environ: Environ, name: str) -> str:
    """A ``redis://`` or ``rediss://`` address."""
    text = env_str(environ, name)
    if not text:
        raise WrongVariable(
            f"{name} is not set. Start the portal with `make run`, or name a Redis server: redis://host:6379/0."
        )
    try:
        parts = urlsplit(text)
        fits = parts.scheme in ("redis", "rediss") and bool(parts.hostname) and (parts.port or 6379) > 0
    except ValueError:
        fits = False
    if not fits:
        raise WrongVariable(f"{name} should look like redis://:password@host:6379/0.")
    return text


def read_env_file(path: Path) -> dict[str, str]:
    """``NAME=value`` lines; ``#`` begins a comment line, quotes around a value are dropped. A file that is not there is empty."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise WrongVariable(f"{path} cannot be read.") from error
    values = {}
    for number, raw in enumerate(lines, 1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        name, equals, value = line.removeprefix("export ").partition("=")
        if not equals or not name.strip().isidentifier():
            raise WrongVariable(f"{path}, line {number}: expected NAME=value.")
        values[name.strip()] = value.strip().strip("\"'")
    return values
