"""What is published beside what is proposed."""

from __future__ import annotations

from checks.records.tlsa import Tlsa, parse
from checks.tools.compare import Act, Caution, When, compare

OLD, NEW, ISSUER = (
    parse(f"{numbers} {byte * 32}") for numbers, byte in (("3 1 1", "aa"), ("3 1 1", "bb"), ("2 1 1", "cc"))
)
PKIX = parse("1 1 1 " + "aa" * 32)


def acts(
    present: list[Tlsa], proposed: list[Tlsa], in_use: list[Tlsa]
) -> list[tuple[str, Act, When | None, Caution | None]]:
    found = compare(present, proposed, in_use, smtp=True)
    return [(change.record.text, change.act, change.when, change.caution) for change in found]


def test_the_record_in_use_goes_only_after_the_switch() -> None:
    assert acts([OLD], [NEW], [OLD]) == [
        (NEW.text, Act.ADD, When.NOW, None),
        (OLD.text, Act.REMOVE, When.AFTER_SWITCH, None),
    ]


def test_a_record_that_fits_nothing_goes_when_the_new_one_is_seen_and_may_be_meant_for_later() -> None:
    assert acts([OLD], [NEW], [])[1] == (OLD.text, Act.REMOVE, When.AFTER_NEW_IS_SEEN, Caution.MAY_BE_NEXT)


def test_what_stays_is_named_and_nothing_else_happens() -> None:
    assert acts([OLD, ISSUER], [ISSUER, OLD], [OLD]) == [
        (OLD.text, Act.KEEP, None, None),
        (ISSUER.text, Act.KEEP, None, None),
    ]


def test_a_record_that_no_sender_can_use_goes_after_the_new_one() -> None:
    assert acts([PKIX], [NEW], [])[1] == (PKIX.text, Act.REMOVE, When.AFTER_NEW_IS_SEEN, None)


def test_records_compare_by_their_parts_and_not_by_their_spelling() -> None:
    assert acts([parse("3 1 1 " + "AA" * 16 + " " + "AA" * 16)], [OLD], [])[0][1] is Act.KEEP


def test_a_stronger_digest_for_another_key_would_silence_the_record_in_use() -> None:
    stronger = parse("3 1 2 " + "bb" * 64)
    assert acts([OLD], [stronger], [OLD])[0] == (stronger.text, Act.ADD, When.NOW, Caution.DIGEST_CHANGES)


def test_a_stronger_digest_is_harmless_where_the_key_in_use_has_one_too() -> None:
    present = [OLD, parse("3 1 2 " + "aa" * 64)]
    assert acts(present, [parse("3 1 2 " + "bb" * 64)], present)[0][3] is None
