"""What is wrong with a Content-Security-Policy, one problem at a time with the directive quoted.

Every policy of a response is enforced by itself (CSP level 3 section 4.2.1): another can only forbid more. So one good
policy is enough, and of several the best is judged. A nonce or hash makes browsers disregard 'unsafe-inline' in the same
directive (section 6.7.3.2).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from checks.records.csp import Kind, Policy, Source


class Fault(StrEnum):
    """The ways in which a policy falls short."""

    UNSAFE_INLINE = "unsafe-inline"
    UNSAFE_EVAL = "unsafe-eval"
    UNSAFE_HASHES = "unsafe-hashes"
    HTTP = "http"  # a source over plain http
    BARE_HTTPS = "bare-https"  # the whole of https
    NO_SCHEME = "no-scheme"  # a host without https:// in front
    DATA = "data"  # data: for scripts or objects
    ANY_HOST = "any-host"  # * or 127.0.0.1
    DEFAULT_SRC = "default-src"
    FRAME_SRC = "frame-src"
    FRAME_ANCESTORS = "frame-ancestors"
    BASE_URI = "base-uri"
    FORM_ACTION = "form-action"


@dataclass(frozen=True, slots=True)
class Problem:
    """A fault, and where: the directive with the source, or the name of the directive that is missing."""

    fault: Fault
    where: str


def problems(policy: Policy, host: str) -> tuple[Problem, ...]:
    """Everything that is wrong with a policy on a site at ``host``."""
    return (*_loose_sources(policy), *_missing(policy, host.rstrip(".").lower()))


def best(policies: tuple[Policy, ...], host: str) -> tuple[Problem, ...]:
    """The problems of the policy with the fewest."""
    return min((problems(policy, host) for policy in policies), key=len)


def _loose_sources(policy: Policy) -> Iterator[Problem]:
    for name, sources in policy.directives.items():
        excused = any(source.kind is Kind.NONCE_OR_HASH or source.word == "strict-dynamic" for source in sources)
        for source in sources:
            for fault in _loose(source, excused=excused):
                yield Problem(fault, f"{name} {source.text}"[:200])
    for name in ("script-src", "object-src"):
        for source in policy.sources(name, "default-src") or ():
            if source.kind is Kind.SCHEME and source.word == "data":
                yield Problem(Fault.DATA, f"{name} {source.text}")


def _loose(source: Source, *, excused: bool) -> Iterator[Fault]:
    match source.kind, source.word:
        case Kind.KEYWORD, "unsafe-inline" if not excused:
            yield Fault.UNSAFE_INLINE
        case Kind.KEYWORD, "unsafe-eval":
            yield Fault.UNSAFE_EVAL
        case Kind.KEYWORD, "unsafe-hashes":
            yield Fault.UNSAFE_HASHES
        case Kind.SCHEME, "http":
            yield Fault.HTTP
        case Kind.SCHEME, "https":
            yield Fault.BARE_HTTPS
        case Kind.HOST, _:
            yield from _loose_host(source)


def _loose_host(source: Source) -> Iterator[Fault]:
    if source.host in ("*", "127.0.0.1"):
        yield Fault.ANY_HOST
    elif source.scheme in ("http", "*"):
        yield Fault.HTTP
    elif not source.scheme:
        yield Fault.NO_SCHEME


def _missing(policy: Policy, host: str) -> Iterator[Problem]:
    own = _only_own(policy.sources("default-src"), host)
    if not own:
        yield Problem(Fault.DEFAULT_SRC, _quoted(policy, "default-src"))
        if not _limited(policy.sources("frame-src", "child-src", "default-src")):
            yield Problem(Fault.FRAME_SRC, _quoted(policy, "frame-src"))
    if not {"self", "none"} & _words(policy.sources("frame-ancestors")):
        yield Problem(Fault.FRAME_ANCESTORS, _quoted(policy, "frame-ancestors"))
    if not _only_own(policy.sources("base-uri"), host):
        yield Problem(Fault.BASE_URI, _quoted(policy, "base-uri"))
    if not _limited(policy.sources("form-action")):
        yield Problem(Fault.FORM_ACTION, _quoted(policy, "form-action"))


def _quoted(policy: Policy, name: str) -> str:
    sources = policy.directives.get(name)
    return f"{name} –" if sources is None else " ".join([name, *(source.text for source in sources)])[:200]


def _words(sources: tuple[Source, ...] | None) -> set[str]:
    return {source.word for source in sources or () if source.kind is Kind.KEYWORD}


def _limited(sources: tuple[Source, ...] | None) -> bool:
    """Whether something is said at all: the own site, nobody, or hosts by name."""
    return bool({"self", "none"} & _words(sources)) or any(source.kind is Kind.HOST for source in sources or ())


def _only_own(sources: tuple[Source, ...] | None, host: str) -> bool:
    """Only 'none'; or 'self', with nothing beside it but hosts of the own domain."""
    if sources is None:
        return False
    words = _words(sources)
    if words == {"none"} and len(sources) == 1:
        return True
    others = [source for source in sources if source.kind is not Kind.KEYWORD]
    return (
        "self" in words
        and words <= {"self", "report-sample"}
        and all(source.kind is Kind.HOST and _is_own(source.host, host) for source in others)
    )


def _is_own(source: str, host: str) -> bool:
    """Whether a host expression is the host itself, something below it, or a wildcard over it."""
    if source.startswith("*."):
        parent = source[2:]
        return "." in parent and (host == parent or host.endswith("." + parent) or parent.endswith("." + host))
    return source == host or source.endswith("." + host)
