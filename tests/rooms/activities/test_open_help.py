"""Open help as stored and asked for: own municipality first, fresh, in force, for this sender."""

import datetime as dt
from dataclasses import replace

import pytest
from flask import Flask

from helpbutton import clock
from helpbutton.activities import operations
from helpbutton.activities.models import Activity
from helpbutton.activities.queries import OpenHelp, open_help
from helpbutton.activities.rows import ActivityRow, read_demo
from helpbutton.config_dir import CONFIG_DIR
from helpbutton.db import reading, transaction
from helpbutton.directory.models import Installation
from helpbutton.errors import Conflict, NotFound, NotReady

TURKU, NAANTALI, HELSINKI = "853", "529", "091"


def example(key: str = "turku-satakieli") -> ActivityRow:
    return next(row for row in read_demo(CONFIG_DIR / "demo", today=clock.today()) if row.key == key)


def keys(found: list[OpenHelp]) -> set[str]:
    return {item.key for item in found}


def stored() -> dict[str, int]:
    reading().rollback()
    return {row.key: row.id for row in reading().query(Activity)}


def test_ones_own_municipality_comes_first_then_neighbours_then_lines(app_on_both: Flask) -> None:
    found = open_help(TURKU, language="fi")
    order = [item.near for item in found]
    assert order == sorted(order, key=("here", "nearby", "everywhere").index)
    assert set(order) == {"here", "nearby", "everywhere"}
    assert {item.municipality.code for item in found if item.municipality} <= {
        *(TURKU, NAANTALI, "202", "423", "680", "704", "019")
    }
    assert all(item.municipality and item.municipality.code == TURKU for item in found if item.near == "here")


def test_far_away_there_are_lines_and_nothing_else(app: Flask) -> None:
    assert {item.near for item in open_help(HELSINKI, language="fi")} == {"everywhere"}


def test_unknown_places_are_refused(app: Flask) -> None:
    with pytest.raises(NotFound):
        open_help("999", language="fi")


def test_the_readers_language_comes_first_and_nothing_is_hidden(app: Flask) -> None:
    swedish, finnish = open_help(TURKU, language="sv"), open_help(TURKU, language="fi")
    assert keys(swedish) == keys(finnish)
    here = ["sv" in item.languages for item in swedish if item.near == "here"]
    assert here == sorted(here, reverse=True)
    assert here[0]


def test_it_is_for_this_sender_and_this_age(app: Flask) -> None:
    for_the_young = keys(open_help(TURKU, language="fi", role="young_person", age_group="13-15"))
    for_a_parent = keys(open_help(TURKU, language="fi", role="parent", age_group="0-2"))
    assert "turku-nuoret" in for_the_young - for_a_parent
    assert "turku-satakieli" in for_a_parent - for_the_young
    assert "turku-perhetalo" in for_the_young & for_a_parent


def test_what_nobody_confirmed_for_six_months_is_hidden_until_somebody_does(app: Flask) -> None:
    assert "naantali-puisto" not in keys(open_help(NAANTALI, language="fi"))
    operations.confirm(key="naantali-puisto", on=clock.today())
    assert "naantali-puisto" in keys(open_help(NAANTALI, language="fi"))


def test_six_months_to_the_day(app: Flask) -> None:
    operations.load([replace(example(), last_confirmed=dt.date(2026, 5, 23))])
    noon = dt.datetime(2026, 11, 23, 10, tzinfo=dt.UTC)
    assert "turku-satakieli" in keys(open_help(TURKU, language="fi", at=noon))
    assert "turku-satakieli" not in keys(open_help(TURKU, language="fi", at=noon + dt.timedelta(days=1)))


def test_an_older_confirmation_changes_nothing_and_an_unknown_key_is_refused(app: Flask) -> None:
    operations.confirm(key="turku-satakieli", on=dt.date(2020, 1, 1))
    assert "turku-satakieli" in keys(open_help(TURKU, language="fi"))
    with pytest.raises(NotFound):
        operations.confirm(key="turku-nowhere", on=clock.today())


def test_what_has_ended_is_never_shown(app: Flask) -> None:
    operations.load([replace(example(), valid_to=dt.date(2026, 12, 1), last_confirmed=dt.date(2026, 11, 20))])
    last_day = dt.datetime(2026, 12, 1, 6, tzinfo=dt.UTC)
    assert "turku-satakieli" in keys(open_help(TURKU, language="fi", at=last_day))
    assert "turku-satakieli" not in keys(open_help(TURKU, language="fi", at=last_day + dt.timedelta(days=1)))
    assert "turku-kesapuisto" not in keys(open_help(TURKU, language="fi"))


def test_loading_again_renews_and_doubles_nothing(app_on_both: Flask) -> None:
    before = stored()
    operations.load_demo()
    assert stored() == before
    operations.load([replace(example(), names={"fi": "Uusi", "sv": "Ny", "en": "New"})])
    assert stored() == before
    found = next(item for item in open_help(TURKU, language="fi") if item.key == "turku-satakieli")
    assert found.names["en"] == "New"


def test_a_later_start_of_the_demo_makes_it_fresh(app: Flask) -> None:
    with clock.moved(clock.now() + dt.timedelta(days=300)):
        assert open_help(TURKU, language="fi") == []
        operations.load_demo()
        assert "turku-satakieli" in keys(open_help(TURKU, language="fi"))
        assert "naantali-puisto" not in keys(open_help(NAANTALI, language="fi"))


def test_a_faulty_file_stores_nothing(app: Flask) -> None:
    before = stored()
    with pytest.raises(NotReady, match="turku-new: no languages"):
        operations.load([replace(example(), key="turku-new", languages=())])
    assert stored() == before


def test_the_demo_is_for_demos_alone(app: Flask) -> None:
    with transaction() as session:
        session.get_one(Installation, 1).demo = False
    with pytest.raises(Conflict):
        operations.load_demo()
