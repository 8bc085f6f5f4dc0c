"""The clocks of a case in words, pure: how much time is left, as short as a list row needs it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from babel.dates import format_date

from helpbutton import clock, i18n
from helpbutton.cases.clock_queries import ClockView
from helpbutton.cases.clock_rules import TO_THE_FAMILY
from helpbutton.reasons import N_
from helpbutton.web import vocabulary
from helpbutton.web.dates import time_of_day

STOPPED: dict[bool | None, tuple[Literal["kept", "late", "moot"], str]] = {
    True: ("kept", N_("kept")),
    False: ("late", N_("not kept")),
    None: ("moot", N_("not needed any more")),
}
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
    return _time_left(respond_by, now, language)


@dataclass(frozen=True)
class ClockLine:
    """A clock on the case page: `title` is what it is about, `level` chooses colour and shape, `words` say it."""

    view: ClockView
    title: str
    level: Literal["kept", "late", "moot", "paused", "overdue", "today", "later"]
    words: str


def clock_lines(clocks: Sequence[ClockView], *, now: dt.datetime, language: str) -> list[ClockLine]:
    """The clocks of a case in the order given, at an aware moment."""
    return [_line(view, now, language) for view in clocks]


def family_waits(clocks: Sequence[ClockView]) -> ClockView | None:
    """The clock of the answer that the family waits for, if one runs and is not paused."""
    waited = (view for view in clocks if view.running and view.paused_at is None)
    return next((view for view in waited if view.kind in TO_THE_FAMILY), None)


def _line(view: ClockView, now: dt.datetime, language: str) -> ClockLine:
    title = vocabulary.word("clock", view.statute or view.kind, language)
    if not view.running:
        level, words = STOPPED[view.kept]
        return ClockLine(view, title, level, i18n.gettext(language, words))
    if view.pause_reason is not None:
        reason = vocabulary.word("pause_reason", view.pause_reason, language)
        return ClockLine(view, title, "paused", i18n.gettext(language, "paused: %(reason)s", reason=reason))
    left = _time_left(view.due_at, now, language)
    return ClockLine(view, title, left.level, left.words)


def _time_left(respond_by: dt.datetime, now: dt.datetime, language: str) -> PromiseClock:
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
