"""The health page says in words what is wrong and what to do, to administrators alone."""

import pytest
from flask import Flask

from helpbutton import clock, heartbeat
from helpbutton.db import transaction
from helpbutton.directory.models import Site
from helpbutton.notifications.models import ChannelStop
from helpbutton.watching.canary_rules import STAGES
from helpbutton.watching.checks import CHECKS
from helpbutton.watching.models import Canary
from helpbutton.web.staff import health_words
from tests.cast import Cast
from tests.web.staff.pages import read, stored, visible_text


def test_every_check_and_stage_has_words() -> None:
    assert set(health_words.WORDS) == {check.name for check in CHECKS}
    assert set(health_words.STAGES) == set(STAGES)


@pytest.mark.parametrize("who", ["cara", "liisa", "aada"])
def test_only_administrators_see_it(app: Flask, cast: Cast, who: str) -> None:
    assert cast.sign_in(who).get("/staff/health").status_code == 403


def test_it_says_what_is_wrong_and_what_to_do(app: Flask, cast: Cast) -> None:
    eve = cast.sign_in("eve")
    down = visible_text(read(eve, "/staff/health?lang=en"))
    assert "nobody works on them" in down
    assert "Start the sweeper again" in down

    heartbeat.beat("sweeper")
    assert "All is well." in read(eve, "/staff/health?lang=en")

    site_id = stored().query(Site.id).order_by(Site.id).limit(1).scalar()
    now = clock.now()
    with transaction() as session:
        session.add(ChannelStop(channel="sms", since=now, error="twilio_20003", probe_at=now))
        session.add(Canary(site_id=site_id, next_at=now, sent_at=now, lost_at=now, stuck="not_accepted"))
    page = visible_text(read(eve, "/staff/health?lang=en"))
    assert "Somebody may be waiting in vain" in page
    assert "the provider takes nothing: 1." in page
    assert "Buttons whose test requests are lost: 1." in page
    assert "The provider did not take the message." in page
    for language in ("fi", "sv"):
        assert read(eve, f"/staff/health?lang={language}")
