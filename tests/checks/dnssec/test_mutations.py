"""Hostile answers: nothing that was changed is ever called secure with other content, and nothing crashes or hangs."""

from __future__ import annotations

import base64
import binascii
from dataclasses import replace
from functools import cache

import dns.message
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.dnssec import Lookup, Security, Validator, replay
from checks.dnssec.message import read_wire
from checks.facts.dns import Answer, DnsFailure, Question
from tests.checks.dnssec.cast import GOOD, Stage
from tests.checks.dnssec.world import NOW, Everything, Nsec3

LOOKUPS = [
    (GOOD, "MX"),
    (f"mx.{GOOD}", "AAAA"),
    (f"none.{GOOD}", "A"),
    (f"x.wild.{GOOD}", "TXT"),
    (f"_25._tcp.mx.{GOOD}", "TLSA"),
    (f"www.{GOOD}", "A"),
    (f"mx.tree.{GOOD}", "A"),
    (f"out.{GOOD}", "A"),
    ("www.unsigned.example.", "A"),
]
Recorded = dict[Question, Answer]
lookups = st.sampled_from(LOOKUPS)
denials = st.sampled_from([None, Nsec3(), Nsec3(opt_out=True)]).map(repr)


@cache
def recorded(denial: str, name: str, rdtype: str) -> tuple[Recorded, list[str], Lookup]:
    """The answers that one look-up takes, the anchors, and what it truthfully results in."""
    stage = Stage(next(n for n in (None, Nsec3(), Nsec3(opt_out=True)) if repr(n) == denial))
    stage.good.add(f"www.{GOOD}", "CNAME", f"mx.{GOOD}").add(f"tree.{GOOD}", "DNAME", GOOD)
    stage.good.add(f"out.{GOOD}", "CNAME", "www.unsigned.example.")
    everything = Everything(stage.world)
    truth = replay(stage.validator(), everything, name, rdtype)
    return dict(everything), stage.world.anchors(), truth


def judged(answers: Recorded, anchors: list[str], name: str, rdtype: str) -> Lookup:
    return replay(Validator(anchors, NOW), answers, name, rdtype)


def content(lookup: Lookup) -> tuple[object, ...]:
    return lookup.outcome, lookup.records, lookup.aliases


def holds(truth: Lookup, found: Lookup) -> None:
    """Secure means the same content; and what was secure cannot be made to look unsigned."""
    if found.security is Security.SECURE:
        assert content(found) == content(truth)
    if truth.security is Security.SECURE:
        assert found.security is not Security.INSECURE


@settings(max_examples=600, deadline=None)
@given(denials, lookups, st.data())
def test_a_flipped_bit_never_makes_other_content_secure(
    denial: str, asked: tuple[str, str], data: st.DataObject
) -> None:
    answers, anchors, truth = recorded(denial, *asked)
    question = data.draw(st.sampled_from(sorted(answers)))
    wire = bytearray(base64.b64decode(answers[question].wire))
    for bit in data.draw(st.lists(st.integers(0, len(wire) * 8 - 1), min_size=1, max_size=3)):
        wire[bit // 8] ^= 1 << bit % 8
    changed = replace(answers[question], wire=base64.b64encode(wire).decode())
    holds(truth, judged({**answers, question: changed}, anchors, *asked))


@settings(max_examples=400, deadline=None)
@given(denials, lookups, st.data())
def test_a_removed_record_never_makes_other_content_secure(
    denial: str, asked: tuple[str, str], data: st.DataObject
) -> None:
    answers, anchors, truth = recorded(denial, *asked)
    question = data.draw(st.sampled_from(sorted(answers)))
    message = dns.message.from_wire(base64.b64decode(answers[question].wire))
    for section in (message.answer, message.authority):
        for rrset in data.draw(st.lists(st.sampled_from(section), unique_by=id)) if section else []:
            section.remove(rrset)
    changed = replace(answers[question], wire=base64.b64encode(message.to_wire(max_size=65535)).decode())
    holds(truth, judged({**answers, question: changed}, anchors, *asked))


@settings(max_examples=300, deadline=None)
@given(denials, lookups, lookups, st.data())
def test_records_moved_from_another_answer_never_make_other_content_secure(
    denial: str, asked: tuple[str, str], donor: tuple[str, str], data: st.DataObject
) -> None:
    """Replayed records of the same zones: true signatures in the wrong place."""
    answers, anchors, truth = recorded(denial, *asked)
    others = recorded(denial, *donor)[0]
    question = data.draw(st.sampled_from(sorted(answers)))
    message = dns.message.from_wire(base64.b64decode(answers[question].wire))
    given_ = dns.message.from_wire(base64.b64decode(others[data.draw(st.sampled_from(sorted(others)))].wire))
    keep = data.draw(st.booleans())
    message.answer = [*(message.answer if keep else []), *given_.answer]
    message.authority = [*(message.authority if data.draw(st.booleans()) else []), *given_.authority]
    changed = replace(answers[question], wire=base64.b64encode(message.to_wire(max_size=65535)).decode())
    holds(truth, judged({**answers, question: changed}, anchors, *asked))


@settings(max_examples=300, deadline=None)
@given(lookups, st.data(), st.binary(max_size=600))
def test_garbage_is_malformed_and_nothing_else(asked: tuple[str, str], data: st.DataObject, garbage: bytes) -> None:
    answers, anchors, truth = recorded("None", *asked)
    question = data.draw(st.sampled_from(sorted(answers)))
    header = base64.b64decode(answers[question].wire)[: data.draw(st.integers(0, 40))]
    changed = replace(answers[question], wire=base64.b64encode(header + garbage).decode())
    holds(truth, judged({**answers, question: changed}, anchors, *asked))


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_can_be_read_as_a_message(wire: bytes) -> None:
    read_wire(Question("example.", "A"), wire)


@given(st.text(max_size=20))
def test_a_stored_answer_that_is_no_base64_is_malformed(text: str) -> None:
    question = Question(GOOD, "MX")
    answers, anchors, _ = recorded("None", GOOD, "MX")
    try:
        base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        found = judged({**answers, question: Answer(question, wire=text)}, anchors, GOOD, "MX")
        assert found.detail["failure"] == "malformed"


def test_a_message_of_too_many_records_is_not_taken_apart() -> None:
    query = dns.message.make_query("example.", "A").to_wire()
    records = b"\xc0\x0c" + b"\0\1\0\1\0\0\0\0\0\4" + b"\xc0\0\2\1"
    wire = query[:2] + b"\x81\x80" + query[4:6] + (1001).to_bytes(2, "big") + b"\0" * 4 + query[12:] + records * 1001
    assert read_wire(Question("example.", "A"), wire).failure is DnsFailure.MALFORMED
