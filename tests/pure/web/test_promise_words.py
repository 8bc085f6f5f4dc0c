"""The promise in words: who and by which day, and from when somebody reads."""

import datetime as dt

from helpbutton.cases.promise import DeskHours, promise
from helpbutton.directory.queries import Desk
from helpbutton.web.promise_words import opening_words, promise_words

WEEK = {day: [["08:00", "16:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
HOURS = DeskHours.parse(WEEK, open_on_holidays=False, closures=())
DESK = Desk(
    id=1,
    key="guidance",
    kind="family_guidance",
    names={"fi": "Ohjaus", "en": "Guidance"},
    organisation_id=1,
    organisation_names={"fi": "Alue", "en": "County"},
    languages=("fi",),
    hours=HOURS,
    promise_days=3,
)
SATURDAY = dt.datetime(2026, 11, 21, 20, 30, tzinfo=dt.UTC)
MONDAY = dt.datetime(2026, 11, 23, 8, tzinfo=dt.UTC)


def test_it_names_the_desk_its_organisation_and_the_day() -> None:
    made = promise(HOURS, received=SATURDAY, working_days=3)
    words = promise_words(DESK, made.respond_by, language="en")
    assert words == (
        "You get an answer at the latest on Wednesday 25 November. The answer comes from: Guidance, County."
    )


def test_at_the_weekend_it_says_when_somebody_reads() -> None:
    made = promise(HOURS, received=SATURDAY, working_days=3)
    assert opening_words(made, language="en") == "Nobody reads this before Monday 23 November at 08:00."


def test_while_the_desk_is_open_it_says_nothing_of_hours() -> None:
    assert opening_words(promise(HOURS, received=MONDAY, working_days=3), language="en") == ""
