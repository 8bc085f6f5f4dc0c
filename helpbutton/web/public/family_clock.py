"""What a family reads about its waiting: by when the answer comes, what holds it up, and honestly that it is late."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from helpbutton import i18n
from helpbutton.cases.clock_queries import ClockView
from helpbutton.cases.clock_rules import FIRST_CONTACT, NEXT_ANSWER, STATUTORY
from helpbutton.reasons import N_
from helpbutton.web.dates import date_words

NEXT = N_("You get an answer to your newest message at the latest on %(date)s.")
LATE = N_(
    "You were promised an answer at the latest on %(date)s, and it has not come. That is our fault, not yours."
)
LATE_NEXT = N_(
    "You were promised an answer to your newest message at the latest on %(date)s, and it has not come. "
    "That is our fault, not yours."
)
ON_HOLD = {
    "time_agreed": N_("No date is counted just now, because a time has been agreed with you."),
    "family_asked_later": N_(
        "No date is counted just now, because you asked them to come back to you later."
    ),
    "waits_for_consent": N_("No date is counted just now: the service waits for a consent that is needed."),
    "waits_for_interpreter": N_("No date is counted just now: the service is finding an interpreter."),
}
BY_LAW = {
    "need_assessment": N_("By law, finding out what support is needed begins at the latest on %(date)s."),
    "pupil_talk": N_(
        "The law gives you a talk with the school social worker or psychologist at the latest on %(date)s."
    ),
}
BY_LAW_LATE = {
    "need_assessment": N_(
        "By law, finding out what support is needed should have begun at the latest on %(date)s. "
        "The service has not said that it has."
    ),
    "pupil_talk": N_(
        "By law, you should have been offered a talk with the school social worker or psychologist at the latest "
        "on %(date)s. The service has not said that you were."
    ),
}


@dataclass(frozen=True)
class FamilyClock:
    """Sentences for one reader. `first`: the first answer is still promised; `late`: what was promised and slipped."""

    first: bool
    waits: tuple[str, ...]
    late: tuple[str, ...]


def family_clock(clocks: Sequence[ClockView], *, now: dt.datetime, language: str) -> FamilyClock:
    """The clocks of a case in the words of its family, at an aware moment."""
    theirs = [
        view for view in clocks if view.running and view.kind in (FIRST_CONTACT, NEXT_ANSWER, STATUTORY)
    ]
    in_time = [view for view in theirs if not view.slipped(now)]
    return FamilyClock(
        first=any(view.kind == FIRST_CONTACT for view in in_time),
        waits=tuple(_waits(view, language) for view in in_time if view.kind != FIRST_CONTACT),
        late=tuple(_late(view, language) for view in theirs if view.slipped(now)),
    )


def _waits(view: ClockView, language: str) -> str:
    if view.pause_reason is not None:
        return i18n.gettext(language, ON_HOLD[view.pause_reason])
    return i18n.gettext(
        language, BY_LAW[view.statute] if view.statute else NEXT, date=date_words(view.due_at, language)
    )


def _late(view: ClockView, language: str) -> str:
    owed = LATE_NEXT if view.kind == NEXT_ANSWER else LATE
    return i18n.gettext(
        language, BY_LAW_LATE[view.statute] if view.statute else owed, date=date_words(view.due_at, language)
    )
