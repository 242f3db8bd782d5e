"""The settings of RPKI."""

from __future__ import annotations

import pytest

from checks import Options

RESOLVER = {"CHECKS_RESOLVERS": "192.0.2.53"}


def test_without_settings_there_is_no_rpki() -> None:
    options = Options.from_env(RESOLVER)
    assert (options.rpki_vrps, options.rpki_routes) == ((), ())


def test_files_and_addresses_are_taken() -> None:
    options = Options.from_env(
        {
            **RESOLVER,
            "CHECKS_RPKI_VRPS": "/data/vrps.json",
            "CHECKS_RPKI_ROUTES": "/data/v4.gz, https://ris.example/v6.gz",
        }
    )
    assert options.rpki_vrps == ("/data/vrps.json",)
    assert options.rpki_routes == ("/data/v4.gz", "https://ris.example/v6.gz")


@pytest.mark.parametrize("address", ["http://127.0.0.1:8323", "http://127.0.0.1:8323/"])
def test_a_routinator_serves_its_vrps_as_json(address: str) -> None:
    assert Options.from_env({**RESOLVER, "CHECKS_RPKI_ROUTINATOR": address}).rpki_vrps == (
        "http://127.0.0.1:8323/json",
    )


@pytest.mark.parametrize(
    ("settings", "variable"),
    [
        ({"CHECKS_RPKI_VRPS": "vrps.json"}, "CHECKS_RPKI_VRPS"),
        ({"CHECKS_RPKI_ROUTES": "ftp://ris.example/"}, "CHECKS_RPKI_ROUTES"),
        ({"CHECKS_RPKI_ROUTINATOR": "127.0.0.1:8323"}, "CHECKS_RPKI_ROUTINATOR"),
        ({"CHECKS_RPKI_ROUTINATOR": "http://a", "CHECKS_RPKI_VRPS": "/vrps"}, "CHECKS_RPKI_VRPS"),
    ],
)
def test_a_wrong_setting_is_named(settings: dict[str, str], variable: str) -> None:
    with pytest.raises(ValueError, match=variable):
        Options.from_env({**RESOLVER, **settings})
