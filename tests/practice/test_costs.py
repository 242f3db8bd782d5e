"""What a scan costs others, counted at the practice internet: questions to the resolver and connections to servers."""

from __future__ import annotations

import asyncio

import pytest

from checks import Options, Suite, Target, scan
from lab import Lab

MOST_QUESTIONS = 60  # for mail and web of a domain together
MOST_DIRECT = 40  # to the name servers of all zones together
MOST_CONNECTIONS = 16  # to one mail address for the complete verdict
MOST_AT_ONCE = 4


@pytest.fixture
def counted(lab: Lab) -> Lab:
    lab.counters.reset()
    return lab


def _scan(options: Options, name: str, *suites: Suite) -> None:
    for suite in suites:
        asyncio.run(scan(Target.parse(name, suite), options))


@pytest.mark.parametrize(
    "name",
    [
        "goed.voorbeeld.test",
        "twee-mx.voorbeeld.test",
        "alias.voorbeeld.test",
        "onondertekend.voorbeeld.test",
        "veel-afzenders.voorbeeld.test",
    ],
)
def test_mail_and_web_ask_at_most_60_questions(counted: Lab, options: Options, name: str) -> None:
    _scan(options, name, Suite.MAIL, Suite.WEB)
    assert 0 < counted.counters.questions.total() <= MOST_QUESTIONS


@pytest.mark.parametrize("suite", Suite)
@pytest.mark.parametrize(
    "name",
    [
        "goed.voorbeeld.test",
        "twee-mx.voorbeeld.test",
        "verkeerde-ds.voorbeeld.test",
        "veel-afzenders.voorbeeld.test",
    ],
)
def test_no_question_is_asked_twice_in_a_scan(counted: Lab, options: Options, name: str, suite: Suite) -> None:
    _scan(options, name, suite)
    assert [question for question, times in counted.counters.questions.items() if times > 1] == []


@pytest.mark.parametrize("suite", Suite)
@pytest.mark.parametrize("name", ["goed.voorbeeld.test", "twee-mx.voorbeeld.test", "onondertekend.voorbeeld.test"])
def test_name_servers_are_asked_few_questions_themselves(
    counted: Lab, options: Options, name: str, suite: Suite
) -> None:
    _scan(options, name, suite)
    assert counted.counters.authoritative_questions.total() <= MOST_DIRECT


def test_a_mail_host_sees_few_connections(counted: Lab, options: Options) -> None:
    _scan(options, "twee-mx.voorbeeld.test", Suite.MAIL)
    mail = {endpoint: times for endpoint, times in counted.counters.connections.items() if endpoint[1] == 25}
    assert len(mail) >= 2
    assert max(mail.values()) <= MOST_CONNECTIONS
    assert max(counted.counters.most_open[endpoint] for endpoint in mail) <= MOST_AT_ONCE


def test_a_server_that_refuses_is_asked_only_once_more(counted: Lab, options: Options) -> None:
    _scan(options, "weigert.voorbeeld.test", Suite.MAIL)
    assert {times for endpoint, times in counted.counters.connections.items() if endpoint[1] == 25} == {2}


def test_m13_nobody_is_dialled_when_the_networks_are_not_allowed(counted: Lab) -> None:
    settings = {**counted.environment(), "CHECKS_ALLOWED_NETWORKS": ""}
    _scan(Options.from_env(settings), "goed.voorbeeld.test", Suite.MAIL, Suite.WEB)
    assert {port for _, port in counted.counters.connections} <= {53}
