"""The promise in one sentence, the same on the form, the receipt and in the JSON API."""

import datetime as dt

from helpbutton import i18n
from helpbutton.cases.promise import Promise
from helpbutton.directory.queries import Desk, in_language
from helpbutton.reasons import N_
from helpbutton.web.dates import date_words, time_of_day

ANSWER_BY = N_("You get an answer at the latest on %(date)s.")
ANSWERED_BY = N_("The answer comes from: %(desk)s, %(organisation)s.")
UNREAD = N_(
    "%(desk)s is closed now, and nobody is on duty there. Messages are read when it opens next, on %(date)s at "
    "%(time)s. If you need help before that, do not wait: call one of these numbers."
)
NOBODY_READS = N_("Nobody reads this before %(date)s at %(time)s.")


def promise_words(desk: Desk, respond_by: dt.datetime, *, language: str) -> str:
    """Who answers and by which day (`respond_by` aware)."""
    desk_name, organisation = (
        in_language(desk.names, language),
        in_language(desk.organisation_names, language),
    )
    who = i18n.gettext(language, ANSWERED_BY, desk=desk_name, organisation=organisation)
    return f"{answer_by_words(respond_by, language=language)} {who}"


def promise_beside(desk: Desk, respond_by: dt.datetime, *, language: str) -> dict[str, str]:
    """The promise in those of the two official languages of the desk that the reader's page does not speak.

    A bilingual authority serves both language groups without being asked (Language Act 423/2003, section 23).
    """
    return {
        official: promise_words(desk, respond_by, language=official)
        for official in ("fi", "sv")
        if official in desk.languages and official != i18n.html_language(language)
    }


def answer_by_words(respond_by: dt.datetime, *, language: str) -> str:
    """By which day the answer comes; `respond_by` aware."""
    return i18n.gettext(language, ANSWER_BY, date=date_words(respond_by, language))


def unread_words(desk: Desk, until: dt.datetime | None, *, language: str) -> str:
    """That nobody reads what is urgent before the desk opens (`until`, aware), and where to turn; else empty."""
    if until is None:
        return ""
    return i18n.gettext(
        language,
        UNREAD,
        desk=in_language(desk.names, language),
        date=date_words(until, language),
        time=time_of_day(until, language),
    )


def opening_words(promise: Promise, *, language: str) -> str:
    """When somebody first reads it, if nobody does now; empty while the desk is open."""
    if promise.open_now:
        return ""
    opens = promise.opens_at
    return i18n.gettext(
        language, NOBODY_READS, date=date_words(opens, language), time=time_of_day(opens, language)
    )
