"""Every setting is explained to the operator, and has its place in the installation of docker-compose.yml."""

import re

from helpbutton.settings import Settings
from tests.rules.source import ROOT

FIELDS = {name.upper() for name in Settings.model_fields}
OF_THE_IMAGE = ("docker-compose.yml", "config/example.env", "config/Dockerfile")
NOT_IN_THE_IMAGE = {
    "DEMO": "the database itself says whether it is a demo",
    "TWILIO_API_BASE": "points the SDK at another host in tests",
}


def named_in(*names: str) -> set[str]:
    """The settings that these files name."""
    return {
        setting
        for name in names
        for setting in re.findall(r"HELPBUTTON_([A-Z_]+[A-Z])", (ROOT / name).read_text())
    }


def test_every_setting_is_explained() -> None:
    assert FIELDS - named_in("docs/settings.md") == set(), "explain it in docs/settings.md"


def test_nothing_is_explained_that_is_gone() -> None:
    assert named_in("docs/settings.md") - FIELDS == set(), "remove it from docs/settings.md"


def test_every_setting_has_its_place_in_the_image() -> None:
    assert FIELDS - named_in(*OF_THE_IMAGE) == set(NOT_IN_THE_IMAGE), (
        "pass it on in docker-compose.yml and offer it in config/example.env, or say here why not"
    )
