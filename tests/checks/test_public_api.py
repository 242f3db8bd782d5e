"""The twelve names are all that anybody outside may use."""

import checks


def test_the_public_names_are_pinned() -> None:
    assert sorted(checks.__all__) == [
        "CATALOGUE",
        "Measurement",
        "Options",
        "Report",
        "Suite",
        "Target",
        "evaluate",
        "measure",
        "resolver_fitness",
        "rpki_tables",
        "scan",
        "tlsa_tools",
    ]
