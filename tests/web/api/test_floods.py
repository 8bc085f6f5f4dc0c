"""Above a site's flood limit, and only there, the API says 429; coming by the API is never a sign by itself."""

import uuid

import pytest
from sqlalchemy import select

from helpbutton import settings
from helpbutton.cases import quarantine
from helpbutton.cases.models import Case
from helpbutton.db import reading
from helpbutton.web import floods
from tests.cast import Cast


def quarantined() -> list[bool]:
    reading().rollback()
    return list(reading().scalars(select(Case.quarantined).order_by(Case.id)))


def test_one_too_many_is_a_problem_with_help_lines(cast: Cast) -> None:
    settings.activate(settings.current().model_copy(update={"flood_limit": 3}))
    keys = [str(uuid.uuid4()) for _ in range(3)]
    assert [cast.send(key=key).status_code for key in keys] == [201] * 3
    refused = cast.send()
    assert (refused.status_code, refused.mimetype) == (429, "application/problem+json")
    assert int(refused.headers["Retry-After"]) > 0
    assert "112" in {line["number"] for line in refused.get_json()["help_lines"]}
    assert cast.send(key=keys[0]).status_code == 201, "what was accepted before stays accepted"
    assert cast.send(text="").status_code == 422, "what cannot be accepted is still explained"
    assert len(quarantined()) == 3


def test_the_same_words_alone_are_no_sign(cast: Cast) -> None:
    for _ in range(quarantine.REPEATED + 2):
        assert cast.send().status_code == 201
    assert set(quarantined()) == {False}


def test_the_same_words_in_a_busy_minute_are_quarantined(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quarantine, "BURST", 2)
    monkeypatch.setattr(quarantine, "REPEATED", 2)
    for text in ("Sama", "Eri", "Sama", "Sama"):
        assert cast.send(text=text).status_code == 201
    assert quarantined() == [False, False, False, True]


def test_an_unknown_site_is_not_remembered(cast: Cast) -> None:
    for number in range(3):
        assert cast.send(site=f"nobody-{number}").status_code == 422
    assert not [key for key in floods._known if "nobody" in key[1]]
