"""Records from what was pasted: the data by hashlib, the choice by the RFCs."""

from __future__ import annotations

import hashlib

import pytest

from checks.tools.make import ISSUER, LEAF, RECOMMENDED, Choice, Mistake, make, mistakes
from checks.tools.material import read
from tests.checks.tools.test_material import LEAF as HOST
from tests.checks.tools.test_material import MIDDLE, ROOT, pem


def texts(pasted: str, *choices: Choice) -> list[str]:
    return [made.record.text for made in make(read(pasted), choices)[0]]


@pytest.mark.parametrize("usage", [0, 1, 2, 3])
@pytest.mark.parametrize("selector", [0, 1])
@pytest.mark.parametrize("matching", [0, 1, 2])
def test_every_choice_has_the_data_that_the_rfc_says(usage: int, selector: int, matching: int) -> None:
    about = HOST if usage in (1, 3) else MIDDLE
    content = about.spki if selector else about.der
    data = [content.hex(), hashlib.sha256(content).hexdigest(), hashlib.sha512(content).hexdigest()][matching]
    assert texts(pem(HOST, MIDDLE, ROOT), Choice.of(usage, selector, matching)) == [
        f"{usage} {selector} {matching} {data}"
    ]


def test_the_recommended_sets_are_the_key_and_with_it_its_issuer() -> None:
    key, issuer = (hashlib.sha256(made.spki).hexdigest() for made in (HOST, MIDDLE))
    assert texts(pem(HOST, MIDDLE), *RECOMMENDED["leaf"]) == [f"3 1 1 {key}"]
    assert texts(pem(HOST, MIDDLE), *RECOMMENDED["both"]) == [f"3 1 1 {key}", f"2 1 1 {issuer}"]


def test_the_issuer_is_found_by_its_name_among_other_authorities() -> None:
    assert texts(pem(ROOT, MIDDLE, HOST), ISSUER) == [f"2 1 1 {hashlib.sha256(MIDDLE.spki).hexdigest()}"]


def test_an_authority_alone_can_be_meant() -> None:
    assert texts(pem(ROOT), ISSUER) == [f"2 1 1 {hashlib.sha256(ROOT.spki).hexdigest()}"]


def test_without_an_issuer_there_is_no_record_for_one() -> None:
    made, missing = make(read(pem(HOST)), RECOMMENDED["both"])
    assert [item.record.parameters for item in made] == ["3 1 1"]
    assert missing == (Mistake.NO_ISSUER,)


def test_a_key_alone_has_no_certificate_to_take_a_digest_of() -> None:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    public = HOST.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    made, missing = make(read(public), (Choice.of(3, 0, 1), LEAF))
    assert [item.record.parameters for item in made] == ["3 1 1"]
    assert missing == (Mistake.NEEDS_CERTIFICATE,)


def test_the_advised_choice_has_no_mistake_and_the_others_say_theirs() -> None:
    assert mistakes(LEAF, 25) == ()
    assert Mistake.PKIX_FOR_MAIL in mistakes(Choice.of(1, 1, 1), 25)
    assert Mistake.PKIX_FOR_MAIL not in mistakes(Choice.of(1, 1, 1), 443)
    assert mistakes(Choice.of(3, 0, 1), 25) == (Mistake.WHOLE_CERTIFICATE,)
    assert mistakes(Choice.of(3, 1, 0), 25) == (Mistake.FULL_DATA,)
    assert mistakes(ISSUER, 25) == (Mistake.NEEDS_NAME,)


@pytest.mark.parametrize("numbers", [(4, 1, 1), (3, 2, 1), (3, 1, 3), (-1, 0, 0)])
def test_numbers_without_a_meaning_are_no_choice(numbers: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="is not a valid"):
        Choice.of(*numbers)
