"""Sites below the pages: colours, addresses, and the note that a button was opened."""

import datetime as dt
import random
import threading

import pytest
from flask import Flask
from sqlalchemy import text

from helpbutton import clock
from helpbutton.db import db, transaction
from helpbutton.directory import queries as directory
from helpbutton.directory.site_rules import Draft, checked, ink_on
from helpbutton.directory.sites import (
    SEEN_EVERY,
    change_site,
    choices,
    create_site,
    draft_of,
    last_seen,
    mark_seen,
)
from helpbutton.errors import Conflict, Invalid
from tests.cast import Cast

NAMES = {"fi": "Koulu", "sv": "Skola", "en": "School"}


def draft(**changes: object) -> Draft:
    return Draft(**({"names": NAMES, "municipality": "853", "languages": ("fi",)} | changes))  # type: ignore[arg-type]


def wrong(**changes: object) -> set[str]:
    with pytest.raises(Invalid) as caught:
        checked(draft(**changes), choices())
    return {error.code for error in caught.value.errors}


def test_text_is_readable_on_every_colour() -> None:
    chance = random.Random(4)
    colours = [f"#{chance.randrange(0x1000000):06x}" for _ in range(5000)] + ["#757575", "#767676", "#777777"]
    assert min(ink_on(colour).ratio for colour in colours) >= 4.5
    assert (ink_on("#ffffff").name, ink_on("#000000").name) == ("black", "white")
    assert round(ink_on("#ffffff").ratio, 2) == 21.0


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("https://www.turku.fi", "https://www.turku.fi"),
        (" HTTPS://WWW.Turku.fi/ ", "https://www.turku.fi"),
        ("https://www.turku.fi:443", "https://www.turku.fi"),
        ("https://www.turku.fi:8443", "https://www.turku.fi:8443"),
        ("https://päiväkoti.fi", "https://xn--pivkoti-5wac.fi"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://localhost", "http://localhost"),
    ],
)
def test_an_origin_is_kept_as_browsers_write_it(app: Flask, typed: str, stored: str) -> None:
    assert checked(draft(origins=(typed, "", typed)), choices()).origins == (stored,)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("www.turku.fi", "origin"),
        ("https://*.turku.fi", "origin"),
        ("https://turku", "origin"),
        ("https://a.fi 'unsafe-inline'", "origin"),
        ("https://a.fi:99999", "origin"),
        ("javascript:alert(1)", "origin"),
        ("data://a.fi", "origin"),
        ("https://" + "a" * 300 + ".fi", "origin"),
        ("http://turku.fi", "origin_http"),
        ("https://turku.fi/x", "origin_path"),
        ("https://turku.fi?x", "origin_path"),
        ("https://turku.fi/#x", "origin_path"),
        ("https://me@turku.fi", "origin_path"),
    ],
)
def test_what_is_no_origin_is_refused(app: Flask, typed: str, code: str) -> None:
    assert wrong(origins=(typed,)) == {code}


def test_other_wrong_values(app: Flask) -> None:
    assert wrong(origins=tuple(f"https://a{n}.fi" for n in range(21))) == {"too_many"}
    assert wrong(languages=()) == {"required"}
    assert wrong(names=NAMES | {"en": "a\u202eb"}) == {"characters"}
    assert wrong(promise_texts={"fi": "\ud800"}) == {"characters"}


def test_all_topics_chosen_means_all_topics_that_will_be(app: Flask) -> None:
    everything = tuple(topic.id for topic in directory.topics())
    assert checked(draft(topics=everything), choices()).topics == ()
    assert checked(draft(topics=everything[3:1:-1]), choices()).topics == everything[2:4]


def test_two_who_save_at_once_do_not_overwrite_each_other(app_on_both: Flask, cast: Cast) -> None:
    saga = cast.actor("saga")
    version = directory.site("demo").version
    first = draft_of(directory.site("demo"))
    outcomes: list[str] = []

    def save(colour: str) -> None:
        with app_on_both.app_context():
            try:
                change_site(
                    actor=saga, key="demo", version=version, draft=Draft(**(vars(first) | {"colour": colour}))
                )
                outcomes.append("saved")
            except Conflict:
                outcomes.append("refused")
            finally:
                db.session.remove()

    db.session.remove()
    threads = [threading.Thread(target=save, args=(f"#00000{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["refused", "refused", "refused", "saved"]


def test_a_key_is_given_once(app_on_both: Flask, cast: Cast) -> None:
    saga = cast.actor("saga")
    owner = directory.site("demo").organisation_id
    create_site(actor=saga, key="koulu", organisation_id=owner, draft=draft())
    with pytest.raises(Invalid) as caught:
        create_site(actor=saga, key="koulu", organisation_id=owner, draft=draft())
    assert [error.code for error in caught.value.errors] == ["in_use"]


def test_being_seen_is_written_at_most_once_an_hour(app_on_both: Flask) -> None:
    site = directory.site("demo")
    assert last_seen([site.id]) == {}
    mark_seen(site_id=site.id)
    first = last_seen([site.id])[site.id]
    with clock.moved(first + SEEN_EVERY - dt.timedelta(minutes=1)):
        mark_seen(site_id=site.id)
        assert last_seen([site.id])[site.id] == first
    with clock.moved(first + SEEN_EVERY + dt.timedelta(minutes=1)):
        mark_seen(site_id=site.id)
        assert last_seen([site.id])[site.id] > first
    assert directory.site("demo").version == site.version


def test_a_page_neither_waits_for_its_note_nor_fails_with_it(app: Flask) -> None:
    db.session.remove()
    anybody = app.test_client()
    with db.engine.connect() as pen:
        pen.exec_driver_sql("ROLLBACK")
        pen.exec_driver_sql("BEGIN IMMEDIATE")
        began = clock.monotonic()
        answer = anybody.get("/embed/demo")
        assert answer.status_code == 200
        assert clock.monotonic() - began < 4, "somebody else holds the only pen: the form comes all the same"
    answer.close()
    site_id = directory.site("demo").id
    assert site_id in last_seen([site_id])
    with transaction() as session:
        session.execute(text("DROP TABLE site_seen"))
    with clock.moved(clock.now() + SEEN_EVERY):
        anybody.get("/embed/demo").close()
