"""Outcomes of STARTTLS for one address: one row for each thing a mail host may say. Ids are rows of the house's list of hard cases (S: SMTP and STARTTLS)."""

from __future__ import annotations

import pytest

from checks.dnssec import Outcome, Security, Why
from checks.evaluate import starttls
from checks.evaluate.starttls import Starttls
from checks.facts.network import Reason, Unreachable
from checks.facts.smtp import Reply
from checks.facts.tls import TlsFailure
from tests.checks.builders import a_handshake, a_lookup, a_mail_view, a_session
from tests.checks.evaluate.test_dane import LEAF, OTHER

NOTHING = {"greeting": None, "ehlo": None, "extensions": (), "starttls": None, "tls": None}
SILENT_AFTER_GREETING = {**NOTHING, "greeting": Reply(220, ("hello",))}


def _stopped(reason: Reason) -> dict[str, object]:
    return {**NOTHING, "failure": Unreachable(reason)}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({}, Starttls.OK, id="handshake-done"),
        pytest.param({**NOTHING, "greeting": Reply(421, ("too many",))}, Starttls.LIMITED, id="S06-421-greeting"),
        pytest.param({**SILENT_AFTER_GREETING, "ehlo": Reply(421, ("later",))}, Starttls.LIMITED, id="S06-421-ehlo"),
        pytest.param({**NOTHING, "greeting": Reply(554, ("no",))}, Starttls.REFUSED_US, id="S07-554-greeting"),
        pytest.param({**NOTHING, "greeting": Reply(521, ("never",))}, Starttls.NEVER_MAIL, id="S22-521-greeting"),
        pytest.param(
            {**SILENT_AFTER_GREETING, "ehlo": Reply(502, ("what",)), "helo": Reply(250, ("mx1",))},
            Starttls.NO_STARTTLS,
            id="S08-only-helo",
        ),
        pytest.param(
            {**SILENT_AFTER_GREETING, "ehlo": Reply(550, ("your name",))}, Starttls.REFUSED_US, id="S23-ehlo-refused"
        ),
        pytest.param(
            {"extensions": ("SIZE",), "starttls": None, "tls": None}, Starttls.NO_STARTTLS, id="S09-not-offered"
        ),
        pytest.param(
            {"extensions": ("SIZE", "XXXXXXXA"), "starttls": Reply(502, ("?",)), "tls": None},
            Starttls.STRIPPED,
            id="S10-masked",
        ),
        pytest.param(
            {"extensions": ("********",), "starttls": None, "tls": None}, Starttls.STRIPPED, id="S10-asterisks"
        ),
        pytest.param({"extensions": ("XXXX",), "starttls": None, "tls": None}, Starttls.STRIPPED, id="S10-short-mask"),
        pytest.param(
            {"greeting": Reply(220, ("*" * 20,)), "extensions": ("SIZE",), "starttls": None, "tls": None},
            Starttls.STRIPPED,
            id="S10-banner-of-asterisks",
        ),
        pytest.param({"starttls": Reply(454, ("not now",)), "tls": None}, Starttls.REJECTED, id="S11-454"),
        pytest.param({"tls": TlsFailure(Reason.PROTOCOL, "handshake_failure")}, Starttls.HANDSHAKE, id="S12-alert"),
        pytest.param({"tls": TlsFailure(Reason.OURS)}, Starttls.OURS, id="our-limit-in-handshake"),
        pytest.param(_stopped(Reason.TIMEOUT), Starttls.UNREACHABLE, id="S16-black-hole"),
        pytest.param(_stopped(Reason.REFUSED), Starttls.UNREACHABLE, id="S16-closed"),
        pytest.param(_stopped(Reason.RESET), Starttls.REFUSED_US, id="reset-before-greeting"),
        pytest.param(_stopped(Reason.PROTOCOL), Starttls.NOT_SMTP, id="S17-no-smtp"),
        pytest.param(_stopped(Reason.TOO_MUCH), Starttls.NOT_SMTP, id="S18-endless-greeting"),
        pytest.param(_stopped(Reason.NO_IPV6), Starttls.NO_IPV6, id="M14-no-ipv6-here"),
        pytest.param(_stopped(Reason.OURS), Starttls.OURS, id="our-limit"),
        pytest.param(_stopped(Reason.FORBIDDEN), Starttls.FORBIDDEN, id="M13-private-address"),
    ],
)
def test_outcome_of_one_address(changes: dict[str, object], expected: Starttls) -> None:
    finding = starttls.available(a_mail_view(a_session(**changes)))
    assert [row.outcome for row in finding.observations] == [expected]


def test_the_masked_keyword_is_shown() -> None:
    session = a_session(extensions=("XXXXXXXA",), starttls=None, tls=None)
    [row] = starttls.available(a_mail_view(session)).observations
    assert row.evidence["masked"] == "XXXXXXXA"


def test_s01_null_mx_has_no_hosts_to_judge() -> None:
    view = a_mail_view(lookups=(a_lookup("good.example.", "MX", "0 ."),))
    assert starttls.available(view) == starttls.Finding(Starttls.NULL_MX, ())


def test_s02_null_mx_beside_a_host_is_a_row_of_its_own() -> None:
    view = a_mail_view(a_session(), lookups=(a_lookup("good.example.", "MX", "0 .", "10 mx1.good.example."),))
    assert {row.outcome for row in starttls.available(view).observations} == {Starttls.OK, Starttls.NULL_MX_WITH_OTHERS}


def test_m01_a_bogus_mx_is_never_no_mail_hosts() -> None:
    bogus = a_lookup("good.example.", "MX", "10 mx1.good.example.", security=Security.BOGUS)
    assert starttls.available(a_mail_view(lookups=(bogus,))).outcome is Starttls.MX_BOGUS


def test_m01_a_failed_mx_look_up_is_never_no_mail_hosts() -> None:
    failed = a_lookup(
        "good.example.", "MX", outcome=Outcome.FAILED, security=Security.INDETERMINATE, reason=Why.RESOLVER_FAILED
    )
    assert starttls.available(a_mail_view(lookups=(failed,))).outcome is Starttls.MX_UNKNOWN


def test_m02_implicit_mx_is_judged_when_it_speaks_smtp() -> None:
    session = a_session(host="good.example")
    view = a_mail_view(session, lookups=(a_lookup("good.example.", "MX"), a_lookup("good.example.", "A", "192.0.2.25")))
    assert [row.subject for row in starttls.available(view).observations] == ["good.example"]


def test_m02_a_web_host_that_does_not_listen_is_no_mail_host() -> None:
    session = a_session(host="good.example", **_stopped(Reason.REFUSED))
    view = a_mail_view(session, lookups=(a_lookup("good.example.", "MX"), a_lookup("good.example.", "A", "192.0.2.25")))
    assert starttls.available(view).outcome is Starttls.NO_HOSTS
    assert not starttls.available(view).observations


def test_m12_a_host_without_address_fails() -> None:
    view = a_mail_view(lookups=(a_lookup("mx1.good.example.", "A"),))
    assert [row.outcome for row in starttls.available(view).observations] == [Starttls.NO_ADDRESS]


def test_m15_a_failed_address_look_up_is_not_no_address() -> None:
    failed = a_lookup(
        "mx1.good.example.", "A", outcome=Outcome.FAILED, security=Security.INDETERMINATE, reason=Why.RESOLVER_FAILED
    )
    view = a_mail_view(lookups=(failed,))
    assert [row.outcome for row in starttls.available(view).observations] == [Starttls.ADDRESS_UNKNOWN]


def test_a_name_mismatch_matters_more_beside_a_dane_ta_record() -> None:
    records = a_lookup("_25._tcp.mx1.good.example.", "TLSA", "2 1 1 " + "ab" * 32)
    session = a_session(tls=a_handshake())
    assert starttls.name(a_mail_view(session)).observations[0].outcome is starttls.Name.MISMATCH
    assert (
        starttls.name(a_mail_view(session, lookups=(records,))).observations[0].outcome
        is starttls.Name.MISMATCH_DANE_TA
    )


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        pytest.param({"greeting_ms": 6000}, "slow-greeting", id="S05-greet-delay"),
        pytest.param({"discarded": 12}, "bytes-before-tls", id="S25-bytes-behind-the-220"),
        pytest.param({"bare_lf": True}, "bare-line-feeds", id="S32-bare-lf"),
        pytest.param({"secured": ("SIZE", "STARTTLS")}, "starttls-inside-tls", id="S26-starttls-again"),
        pytest.param({"secured": ("REQUIRETLS",)}, "requiretls", id="S28-requiretls"),
        pytest.param(
            {"tls": a_handshake(LEAF), "unnamed": (OTHER.b64,)},
            "other-default",
            id="S15-T55-default-certificate-differs",
        ),
        pytest.param({"tls": a_handshake(LEAF), "other_tls": a_handshake(OTHER)}, "two-certificates", id="T31-two"),
    ],
)
def test_what_decides_nothing_is_a_remark(changes: dict[str, object], code: str) -> None:
    [row] = starttls.available(a_mail_view(a_session(**changes))).observations
    assert (row.outcome, row.evidence["remarks"]) == (Starttls.OK, [code])


def test_s14_every_address_is_a_row_of_its_own() -> None:
    without = a_session(address="2001:db8::25", extensions=("SIZE",), starttls=None, tls=None)
    rows = starttls.available(a_mail_view(a_session(), without)).observations
    assert [(row.address, row.outcome) for row in rows] == [
        ("192.0.2.25", Starttls.OK),
        ("2001:db8::25", Starttls.NO_STARTTLS),
    ]


def test_s24_stripped_on_one_address_is_named_there() -> None:
    stripped = a_session(address="2001:db8::25", extensions=("XXXXXXXA",), starttls=None, tls=None)
    rows = starttls.available(a_mail_view(a_session(), stripped)).observations
    assert [row.outcome for row in rows] == [Starttls.OK, Starttls.STRIPPED]


def test_s29_a_server_that_aborts_on_our_server_name_fails_by_that_alert() -> None:
    session = a_session(tls=TlsFailure(Reason.PROTOCOL, "unrecognized_name"))
    [row] = starttls.available(a_mail_view(session)).observations
    assert (row.outcome, row.evidence["alert"]) == (Starttls.HANDSHAKE, "unrecognized_name")


def test_s30_a_server_with_anonymous_suites_only_fails_the_handshake() -> None:
    """We offer none of those, as a sender that finds TLSA records does not (RFC 7672 section 8.2)."""
    session = a_session(tls=TlsFailure(Reason.PROTOCOL, "handshake_failure"))
    assert [row.outcome for row in starttls.available(a_mail_view(session)).observations] == [Starttls.HANDSHAKE]


def test_s33_what_a_tarpit_showed_before_our_time_ran_out_counts() -> None:
    session = a_session(failure=Unreachable(Reason.TIMEOUT))
    assert [row.outcome for row in starttls.available(a_mail_view(session)).observations] == [Starttls.OK]


def test_s20_a_shared_measurement_says_how_old_it_is() -> None:
    [row] = starttls.available(a_mail_view(a_session(measured_ago=95))).observations
    assert row.evidence["measured_ago"] == 95
