"""The promise in one sentence, the same on the form, the receipt and in the JSON API."""

import datetime as dt

from helpbutton import i18n
from helpbutton.cases.promise import Promise
from helpbutton.directory.queries import Desk, in_language
from helpbutton.reasons import N_
from helpbutton.web.dates import date_words, time_of_day

ANSWER_BY = N_("You get an answer at the latest on %(date)s.")
ANSWERED_BY = N_("The answer comes from: %(desk)s, %(organisation)s.")
NOBODY_READS = N_("Nobody reads this before %(date)s at %(time)s.")


def promise_words(desk: Desk, respond_by: dt.datetime, *, language: str) -> str:
    """Who answers and by which day (`respond_by` aware), in the written language nearest to `language`."""
    tongue = i18n.reading_language(language)
    desk_name, organisation = in_language(desk.names, tongue), in_language(desk.organisation_names, tongue)
    who = i18n.gettext(language, ANSWERED_BY, desk=desk_name, organisation=organisation)
    return f"{answer_by_words(respond_by, language=language)} {who}"


def answer_by_words(respond_by: dt.datetime, *, language: str) -> str:
    """By which day the answer comes; `respond_by` aware."""
    return i18n.gettext(language, ANSWER_BY, date=date_words(respond_by, language))


def opening_words(promise: Promise, *, language: str) -> str:
    """When somebody first reads it, if nobody does now; empty while the desk is open."""
    if promise.open_now:
        return ""
    opens = promise.opens_at
    return i18n.gettext(
        language, NOBODY_READS, date=date_words(opens, language), time=time_of_day(opens, language)
    )
