"""Zones for the agreement test: written as text, signed with ``dnssec-signzone`` or ``ldns-signzone``, then broken.

Nothing of the engine or of the practice internet is used here, so that nobody shares a misunderstanding.
"""

from __future__ import annotations

import re
import subprocess
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

TOP = "anchored."
HASHED, LOOSE = f"hashed.{TOP}", f"loose.{TOP}"  # parents that deny by NSEC3, the second with opt-out
DAY = timedelta(days=1)
Lines = list[str]
Break = Callable[[Lines], Lines]


@dataclass(frozen=True, slots=True)
class Spec:
    """How one zone is made. ``ds`` is what the parent shows, see ``Workshop._ds``."""

    label: str
    tool: str = "bind"  # or "ldns", or "unsigned"
    algorithm: str = "ECDSAP256SHA256"
    bits: int = 0
    nsec3: tuple[int, str, bool] | None = None  # iterations, salt, opt-out
    single_key: bool = False
    window: tuple[timedelta, timedelta] = (-DAY, 14 * DAY)
    ds: str = "right"
    breaks: Break | None = None
    parent: str = TOP

    @property
    def zone(self) -> str:
        return f"{self.label}.{self.parent}"


def _type_of(line: str) -> str:
    """The type of a line of a signed zone, ``RRSIG/MX`` for a signature."""
    fields = line.split()
    if len(fields) < 4 or fields[2] != "IN":
        return ""
    return f"RRSIG/{fields[4]}" if fields[3] == "RRSIG" else fields[3]


def without(*types: str, owner: str = "") -> Break:
    """Leave out lines of these types, of one owner when given (the part before the zone's name)."""
    return lambda lines: [line for line in lines if not (_type_of(line) in types and line.startswith(owner))]


def damaged(rdtype: str) -> Break:
    """Change the signatures over a type."""

    def change(line: str) -> str:
        if _type_of(line) != f"RRSIG/{rdtype}":
            return line
        fields = line.split()
        signature = fields[12]
        fields[12] = signature[:10] + ("B" if signature[10] != "B" else "C") + signature[11:]
        return " ".join(fields)

    return lambda lines: [change(line) for line in lines]


def replaced(pattern: str, by: str) -> Break:
    """Change data after signing."""
    return lambda lines: [
        re.sub(pattern, by, line) if not _type_of(line).startswith("RRSIG") else line for line in lines
    ]


def without_nth(rdtype: str, number: int) -> Break:
    """Leave out one record of a chain, with its signature: the proofs that need it have a part too few."""

    def change(lines: Lines) -> Lines:
        owners = sorted(line.split()[0] for line in lines if _type_of(line) == rdtype)
        gone = owners[number % len(owners)]
        return without(rdtype, f"RRSIG/{rdtype}", owner=gone)(lines)

    return change


NSEC3 = (0, "-", False)
OPT_OUT = (0, "-", True)
LONG_AGO = (-30 * DAY, -DAY)
SPECS = (
    *(Spec(f"b-{a.lower()}", algorithm=a) for a in ("ECDSAP256SHA256", "ECDSAP384SHA384", "ED25519", "ED448")),
    *(Spec(f"b-{a.lower()}", algorithm=a, bits=1024) for a in ("RSASHA256", "RSASHA512", "RSASHA1", "NSEC3RSASHA1")),
    Spec("b-rsa-2048", algorithm="RSASHA256", bits=2048, nsec3=NSEC3),
    Spec("b-csk", single_key=True),
    Spec("b-nsec3", nsec3=NSEC3),
    Spec("b-nsec3-salt", nsec3=(10, "aabbccdd", False)),
    Spec("b-nsec3-150", nsec3=(150, "-", False)),
    Spec("b-nsec3-opt-out", nsec3=OPT_OUT),
    Spec("b-nsec3-ed25519", nsec3=NSEC3, algorithm="ED25519"),
    *(Spec(f"l-{a.lower()}", "ldns", a) for a in ("ECDSAP256SHA256", "ECDSAP384SHA384", "ED25519")),
    *(Spec(f"l-{a.lower()}", "ldns", a, 1024) for a in ("RSASHA256", "RSASHA512")),
    Spec("l-nsec3", "ldns", nsec3=NSEC3),
    Spec("l-nsec3-salt", "ldns", nsec3=(5, "beef", False)),
    Spec("l-nsec3-opt-out", "ldns", nsec3=OPT_OUT),
    Spec("unsigned", "unsigned", ds="none"),
    Spec("island", ds="none"),
    Spec("child-unsigned", "unsigned", ds="wrong"),
    Spec("wrong-ds", ds="wrong"),
    Spec("sha1-ds", ds="sha1"),
    Spec("unknown-ds", ds="unknown"),
    Spec("expired", window=LONG_AGO),
    Spec("expired-nsec3", window=LONG_AGO, nsec3=NSEC3),
    Spec("future", window=(DAY, 14 * DAY)),
    Spec("no-key-signature", breaks=without("RRSIG/DNSKEY")),
    Spec("no-a-signature", breaks=without("RRSIG/A")),
    Spec("no-mx-signature", "ldns", breaks=without("RRSIG/MX")),
    Spec("bad-a-signature", breaks=damaged("A")),
    Spec("bad-key-signature", breaks=damaged("DNSKEY")),
    Spec("bad-tlsa-rsa", algorithm="RSASHA256", bits=1024, breaks=damaged("TLSA")),
    Spec("changed-a", breaks=replaced(r"192\.0\.2\.80", "192.0.2.81")),
    Spec("changed-mx", "ldns", breaks=replaced(r"10 mx\.", "20 mx.")),
    Spec("no-nsec", breaks=without("NSEC", "RRSIG/NSEC")),
    Spec("no-nsec-signature", breaks=without("RRSIG/NSEC")),
    Spec("bad-nsec", "ldns", breaks=damaged("NSEC")),
    Spec("no-nsec3-signature", nsec3=NSEC3, breaks=without("RRSIG/NSEC3")),
    Spec("bad-nsec3", "ldns", nsec3=NSEC3, breaks=damaged("NSEC3")),
    *(Spec(f"gap-nsec-{number}", breaks=without_nth("NSEC", number)) for number in (1, 4, 7)),
    *(Spec(f"gap-nsec3-{number}", nsec3=NSEC3, breaks=without_nth("NSEC3", number)) for number in (0, 3, 6, 9, 12)),
    Spec("l-nsec3-151", "ldns", nsec3=(151, "-", False)),
    Spec("ds-and-dangling", ds="dangling"),
    Spec("ds-and-unknown-algorithm", ds="unknown-beside"),
    Spec("sha1-beside-wrong-sha256", ds="sha1-beside-wrong"),
    Spec("sha1-beside-sha256", ds="sha1-beside"),
    *(
        Spec(label, tool, ds=ds, breaks=breaks, parent=parent)
        for parent in (HASHED, LOOSE)
        for label, tool, ds, breaks in (
            ("signed", "bind", "right", None),
            ("unsigned", "unsigned", "none", None),
            ("island", "bind", "none", None),
            ("wrong", "bind", "wrong", None),
            ("bad", "ldns", "right", damaged("A")),
        )
    ),
    Spec("no-soa-signature", breaks=without("RRSIG/SOA")),
)


# Where the judges differ among themselves we follow Unbound: a name denied by an opt-out span is not proven to be
# absent (RFC 5155 section 9.2), and an unsigned SOA beside a whole proof of an unsigned delegation takes nothing away.
DELV_DIFFERS = {
    (spec.label, prefix, rdtype): delv
    for spec in SPECS
    for prefix, rdtype, delv, concerned in (
        ("_443._tcp.www", "TLSA", "secure", spec.nsec3 == OPT_OUT),
        ("none", "A", "secure", spec.nsec3 == OPT_OUT),
        ("a.wild", "A", "secure", spec.nsec3 == OPT_OUT),
        ("www.open", "A", "bogus", spec.label == "no-soa-signature"),
    )
    if concerned
}


def questions(spec: Spec) -> list[tuple[str, str]]:
    """What every zone is asked: records, their absence, names that are not there, wildcards, aliases."""
    zone = spec.zone
    return [
        (zone, "MX"),
        (f"www.{zone}", "A"),
        (f"www.{zone}", "AAAA"),
        (f"_25._tcp.mx.{zone}", "TLSA"),
        (f"_tcp.mx.{zone}", "TLSA"),
        (f"_443._tcp.www.{zone}", "TLSA"),
        (f"none.{zone}", "A"),
        (f"a.b.wild.{zone}", "TXT"),
        (f"a.wild.{zone}", "A"),
        (f"alias.{zone}", "A"),
        (f"abroad.{zone}", "A"),
        (f"www.tree.{zone}", "A"),
        (f"www.open.{zone}", "A"),
    ]


@dataclass(slots=True)
class Workshop:
    """Makes zone files in a folder, and remembers which."""

    folder: Path
    files: dict[str, Path] = field(default_factory=dict)
    anchor: str = ""
    _delegations: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    _made: dict[str, list[Path]] = field(default_factory=dict)

    def make(self) -> None:
        """All zones below their parents, an unsigned child of each, and the top; ``anchor`` is the top's DNSKEY."""
        for parent in (Spec("hashed", nsec3=NSEC3), Spec("loose", nsec3=OPT_OUT)):
            self._delegations[TOP] += self._make_parent(parent, parent.zone)
        self._make_parent(Spec("", single_key=True), TOP)
        keys = self._made[TOP]
        lines = keys[0].with_name(keys[0].name + ".key").read_text().splitlines()
        self.anchor = next(line for line in lines if line[0] != ";")

    def _make_parent(self, spec: Spec, zone: str) -> list[str]:
        """A zone with the delegations to the zones below it; the records that delegate to itself."""
        for child in SPECS:
            if child.parent == zone:
                self._delegations[zone] += self._make(child)
        text = _head(zone) + "ns IN A 127.0.0.1\nwww IN A 192.0.2.80\n" + "".join(self._delegations[zone])
        self._made[zone] = self._keys(spec, zone)
        self._sign(spec, zone, text, self._made[zone])
        return [f"{zone} IN NS ns.{TOP}\n", *self._ds(spec, zone, self._made[zone])]

    def _make(self, spec: Spec) -> list[str]:
        zone = spec.zone
        self._write(f"open.{zone}", _head(f"open.{zone}") + "www IN A 192.0.2.90\n")
        if spec.tool == "unsigned":
            self._write(zone, _content(zone))
            keys = self._keys(spec, zone) if spec.ds != "none" else []
        else:
            keys = self._keys(spec, zone)
            self._sign(spec, zone, _content(zone), keys)
        return [f"{zone} IN NS ns.{TOP}\n", *self._ds(spec, zone, keys)]

    def _write(self, zone: str, text: str) -> None:
        self.files[zone] = self.folder / f"{zone}zone"
        self.files[zone].write_text(text)

    def _keys(self, spec: Spec, zone: str) -> list[Path]:
        """Key files (without suffix): the one that signs the keys first."""
        made = []
        for is_ksk in (True,) if spec.single_key else (True, False):
            if spec.tool == "ldns":
                command = ["ldns-keygen", "-a", spec.algorithm, *(["-k"] if is_ksk else [])]
            else:
                command = ["dnssec-keygen", "-q", "-a", spec.algorithm, *(["-f", "KSK"] if is_ksk else [])]
            bits = ["-b", str(spec.bits)] if spec.bits else []
            made.append(self.folder / _run([*command, *bits, zone], self.folder).split()[-1])
        return made

    def _sign(self, spec: Spec, zone: str, text: str, keys: list[Path]) -> None:
        self._write(zone, text)
        source, signed = self.files[zone], self.folder / f"{zone}signed"
        begin, end = (f"{datetime.now(UTC) + offset:%Y%m%d%H%M%S}" for offset in spec.window)
        if spec.tool == "ldns":
            command = ["ldns-signzone", "-o", zone, "-i", begin, "-e", end, "-f", str(signed)]
            if spec.nsec3:
                iterations, salt, opt_out = spec.nsec3
                command += [
                    "-n",
                    "-t",
                    str(iterations),
                    *(["-s", salt] if salt != "-" else []),
                    *(["-p"] if opt_out else []),
                ]
        else:
            command = ["dnssec-signzone", "-q", "-P", "-D", "-O", "full", "-o", zone, "-s", begin, "-e", end]
            command = (
                [part for part in command if part != "-D"] + ["-f", str(signed)] + (["-z"] if spec.single_key else [])
            )
            if spec.nsec3:
                iterations, salt, opt_out = spec.nsec3
                command += ["-3", salt, "-H", str(iterations), *(["-A"] if opt_out else [])]
        if spec.tool != "ldns":
            source.write_text(text + "".join(key.with_name(key.name + ".key").read_text() for key in keys))
        _run([*command, str(source), *(str(key) for key in keys)], self.folder)
        lines = [line for line in signed.read_text().splitlines() if line and line[0] != ";"]
        signed.write_text("\n".join(spec.breaks(_uniform(lines)) if spec.breaks else lines) + "\n")
        self.files[zone] = signed

    def _ds(self, spec: Spec, zone: str, keys: list[Path]) -> list[str]:
        """DS records as the spec wants them: the digests shown, each right or wrong, and what stands beside them."""
        if not keys or spec.ds == "none":
            return []
        right, sha1 = self._digest(keys[0], 2), self._digest(keys[0], 1)
        tag, algorithm, _, digest = right.split()
        wrong = f"{tag} {algorithm} 2 {digest[:-6]}{'abcdef' if digest[-6:] != 'abcdef' else 'fedcba'}"
        shown = {
            "right": [right],
            "wrong": [wrong],
            "sha1": [sha1],
            "unknown": [f"{tag} {algorithm} 99 {digest}"],
            "dangling": [right, f"{int(tag) ^ 1} {algorithm} 2 {digest}"],
            "unknown-beside": [right, f"{tag} 253 2 {digest}"],
            "sha1-beside": [right, sha1],
            "sha1-beside-wrong": [wrong, sha1],
        }
        return [f"{zone} IN DS {text}\n" for text in shown[spec.ds]]

    def _digest(self, key: Path, kind: int) -> str:
        return " ".join(_run(["ldns-key2ds", "-n", f"-{kind}", f"{key.name}.key"], self.folder).split()[-4:])


def _uniform(lines: Lines) -> Lines:
    """``owner ttl class type rdata`` with single blanks, whoever signed."""
    return [" ".join(line.split()) for line in lines]


def _head(zone: str) -> str:
    return f"$ORIGIN {zone}\n$TTL 3600\n@ IN SOA ns.{TOP} hostmaster.{zone} 1 7200 3600 1209600 300\n@ IN NS ns.{TOP}\n"


def _content(zone: str) -> str:
    return _head(zone) + "\n".join(
        [
            "@ IN MX 10 mx",
            "@ IN A 192.0.2.80",
            '@ IN TXT "v=spf1 -all" "Second"',
            "www IN A 192.0.2.80",
            "mx IN A 192.0.2.25",
            "mx IN AAAA 2001:db8::25",
            "_25._tcp.mx IN TLSA 3 1 1 " + "ab" * 32,
            '*.wild IN TXT "from the wildcard"',
            "alias IN CNAME WWW",
            f"abroad IN CNAME www.b-ecdsap256sha256.{TOP}",
            "tree IN DNAME " + zone,
            f"open IN NS ns.{TOP}",
            "",
        ]
    )


def _run(command: list[str], folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr or done.stdout}")
    return done.stdout
