"""The promise clock in words, pure: how much time is left, as short as a list row needs it."""

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from babel.dates import format_date

from helpbutton import clock, i18n
from helpbutton.web.dates import time_of_day

MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)


@dataclass(frozen=True)
class PromiseClock:
    """`level` chooses colour and shape, `words` say the same."""

    level: Literal["kept", "overdue", "today", "later"]
    words: str


def promise_clock(
    *, respond_by: dt.datetime, answered: bool, now: dt.datetime, language: str
) -> PromiseClock:
    """The state of a promise at `now`; moments are aware, words are in Helsinki time."""
    if answered:
        return PromiseClock("kept", i18n.gettext(language, "answered"))
    if respond_by < now:
        return PromiseClock(
            "overdue", i18n.gettext(language, "overdue %(time)s", time=duration(now - respond_by))
        )
    time = time_of_day(respond_by, language)
    days = (clock.local(respond_by).date() - clock.local(now).date()).days
    if days == 0:
        return PromiseClock("today", i18n.gettext(language, "today %(time)s", time=time))
    if days == 1:
        return PromiseClock("later", i18n.gettext(language, "tomorrow %(time)s", time=time))
    return PromiseClock("later", short_moment(respond_by, language))


def duration(span: dt.timedelta) -> str:
    """A length of time in its largest unit: "35 min", "2 h", "3 d"; the units are read in every language."""
    if span < HOUR:
        return f"{max(span // MINUTE, 1)} min"
    return f"{span // HOUR} h" if span < 2 * DAY else f"{span // DAY} d"


def short_date(moment: dt.datetime, language: str) -> str:
    """A weekday and date for a list, "to 26.11."."""
    tongue = i18n.reading_language(language)
    pattern = {"fi": "ccc d.M.", "sv": "ccc d.M", "en": "ccc d MMM"}[tongue]
    return str(format_date(clock.local(moment).date(), pattern, locale=tongue))


def short_moment(moment: dt.datetime, language: str) -> str:
    """A moment for a list or a thread, "to 26.11. 16.00"."""
    return f"{short_date(moment, language)} {time_of_day(moment, language)}"
