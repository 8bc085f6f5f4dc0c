"""The rules of the clocks, pure: when each falls due, when to warn, what may pause it, and what the law demands."""

import datetime as dt
from dataclasses import dataclass

from helpbutton.cases.clock_time import after_open_time, moment_with_left, open_between
from helpbutton.cases.promise import WEEKDAYS, DeskHours, NeverOpen, promise

FIRST_CONTACT, NEXT_ANSWER, STATUTORY = "first_contact", "next_answer", "statutory"
HAND_OVER, ACCEPTANCE = "hand_over", "acceptance"
TO_THE_FAMILY = (FIRST_CONTACT, NEXT_ANSWER)
"""Clocks that an answer or a call that reached the family stops."""

PACE = {"urgent": 0, "soon": 1}
"""Working days for what is pressing: urgent on this or the next opening day, soon by the next working day."""
OWN_DAYS = {ACCEPTANCE: 1, HAND_OVER: 3}
"""Working days that do not depend on the desk's promise: to accept or return a case, to finish handing it over."""

PAUSE_REASONS = ("time_agreed", "family_asked_later", "waits_for_consent", "waits_for_interpreter")
NEVER_PAUSED = (FIRST_CONTACT, STATUTORY, ACCEPTANCE, HAND_OVER)
LONGEST_PAUSE = dt.timedelta(days=14)
"""A pause that nobody ends ends by itself."""
WARNING_PART, SHORTEST_WARNING = 4, dt.timedelta(hours=1)
"""A warning comes when a quarter of the desk's open time is left, and at least an open hour before the end."""

WORKING_WEEK = DeskHours.parse(
    {day: [["00:00", "24:00"]] for day in WEEKDAYS[:5]}, open_on_holidays=False, closures=[]
)
"""Working days as the law counts them: Saturdays and public holidays are none, whatever hours a desk keeps."""


@dataclass(frozen=True)
class Statute:
    """A time limit set by law, in working days after the day of receipt; `urgent_days` when the need is urgent."""

    key: str
    days: int
    urgent_days: int


NEED_ASSESSMENT = Statute("need_assessment", days=7, urgent_days=7)
"""The assessment of the need for support begins on the seventh working day at the latest (Child Welfare Act 417/2007,
section 26; counted as in THL, Lastensuojelun käsikirja, "Lastensuojelun aikarajat")."""
PUPIL_TALK = Statute("pupil_talk", days=7, urgent_days=1)
"""A pupil who asks may talk with the psychologist or social worker on the seventh working day of the school at the
latest, in urgent need on the same or the next (Pupil and Student Welfare Act 1287/2013, section 15). Holidays of a
school are not known here and are counted as working days, so the date is never later than the law's."""
CHILD_PROTECTION = "child_welfare"
PUPIL_WELFARE = ("school_social_worker", "school_psychologist")
PUPILS = ("child", "young_person")


def statute_for(*, kind: str, role: str, desk_kind: str) -> Statute | None:
    """The statutory limit of a request of this kind and sender at a desk of this kind (`config/service_kinds.json`).

    A contact made together with the family stands in place of a child-protection notification (Child Welfare Act,
    section 25 a), so its limit is the same.
    """
    if kind == "contact_together" or (kind == "help" and desk_kind == CHILD_PROTECTION):
        return NEED_ASSESSMENT
    if kind == "help" and desk_kind in PUPIL_WELFARE and role in PUPILS:
        return PUPIL_TALK
    return None


def statutory_due(statute: Statute, *, received: dt.datetime, urgent: bool) -> dt.datetime:
    """The end of the last day that the law allows; `received` aware, the result in Helsinki time."""
    days = statute.urgent_days if urgent else statute.days
    return promise(WORKING_WEEK, received=received, working_days=days).respond_by


def due(kind: str, hours: DeskHours, *, since: dt.datetime, promise_days: int, urgency: str) -> dt.datetime:
    """When a clock that starts at an aware moment falls due, in the desk's working days.

    A desk whose calendar never opens is counted by the ordinary working week.
    """
    days = OWN_DAYS.get(kind, promise_days)
    days = min(days, PACE.get(urgency, days))
    try:
        return promise(hours, received=since, working_days=days).respond_by
    except NeverOpen:
        return promise(WORKING_WEEK, received=since, working_days=days).respond_by


def warning(hours: DeskHours, *, since: dt.datetime, due_at: dt.datetime) -> dt.datetime | None:
    """When to warn of a clock that runs from `since` to `due_at`; None when there is no room for a warning."""
    whole = open_between(hours, since, due_at)
    left = max(whole / WARNING_PART, SHORTEST_WARNING)
    return moment_with_left(hours, since, due_at, left) if left < whole else None


def due_after_pause(
    hours: DeskHours, *, paused_at: dt.datetime, due_at: dt.datetime, now: dt.datetime
) -> dt.datetime:
    """The new date after a pause: the desk gets the open time that was left, and never an earlier date."""
    try:
        return max(due_at, after_open_time(hours, now, open_between(hours, paused_at, due_at)))
    except NeverOpen:
        return max(due_at, now + (due_at - paused_at))


def next_look(
    *,
    warn_at: dt.datetime | None,
    due_at: dt.datetime,
    paused_at: dt.datetime | None,
    warned_at: dt.datetime | None,
    slipped_at: dt.datetime | None,
) -> dt.datetime | None:
    """When a running clock has to be looked at next: to end a long pause, to warn, or because it is due."""
    if paused_at is not None:
        return paused_at + LONGEST_PAUSE
    if slipped_at is not None:
        return None
    return warn_at if warn_at is not None and warned_at is None else due_at
