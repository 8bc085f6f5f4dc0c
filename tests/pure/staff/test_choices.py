"""Choices: the nearest holds, and none of them silences whoever is on duty."""

from itertools import product

import pytest

from helpbutton.staff.choices import CHANNELS, PURPOSES, Choice, Way, way_to

DESK, OTHER = 3, 4
BOTH = ("sms", "email")


def way(
    *choices: Choice,
    purpose: str = "urgent",
    on_duty: bool = False,
    able: tuple[str, ...] = BOTH,
    usual: tuple[str, ...] = ("sms",),
) -> Way:
    return way_to(choices, purpose=purpose, service_id=DESK, on_duty=on_duty, able=able, usual=usual)


@pytest.mark.parametrize(
    ("general", "own", "elsewhere", "digest"),
    list(product((None, *CHANNELS), (None, *CHANNELS), CHANNELS, (False, True))),
)
def test_whoever_is_on_duty_hears_what_is_urgent_on_the_phone(
    general: str | None, own: str | None, elsewhere: str, digest: bool
) -> None:
    chosen = [
        Choice("urgent", channel, place, digest)
        for channel, place in ((general, None), (own, DESK), (elsewhere, OTHER))
        if channel is not None
    ]
    told = way(*chosen, on_duty=True)
    assert "sms" in told.channels
    assert not told.digest
    assert way(*chosen, on_duty=True, able=("email",)).channels == ("email",)


def test_off_duty_the_choice_holds() -> None:
    assert way(Choice("urgent", "none")) == Way(())
    assert way(Choice("urgent", "email")) == Way(("email",))
    assert way(Choice("urgent", "none"), Choice("urgent", "sms", DESK)) == Way(("sms",))
    assert way(Choice("urgent", "none", OTHER)) == Way(("sms",))


def test_without_a_choice_the_usual_channels_hold_and_news_have_none() -> None:
    assert way(purpose="reminders", usual=BOTH) == Way(BOTH)
    assert way(purpose="news", usual=BOTH) == Way(())
    assert way(Choice("news", "email"), purpose="news") == Way(("email",))


def test_a_channel_that_cannot_reach_a_person_gives_way_to_one_that_can() -> None:
    assert way(able=("email",)) == Way(("email",))
    assert way(Choice("urgent", "email"), able=("sms",)) == Way(("sms",))
    assert way(able=()) == Way(())


@pytest.mark.parametrize("purpose", PURPOSES)
def test_only_what_is_not_urgent_can_be_gathered(purpose: str) -> None:
    assert way(Choice(purpose, "email", digest=True), purpose=purpose).digest is (purpose != "urgent")
