"""Open help in words: which kind, when next, how often, in which languages, confirmed when."""

import datetime as dt
from itertools import pairwise

import phonenumbers
from babel.dates import format_date
from babel.lists import format_list

from helpbutton import clock, i18n
from helpbutton.activities.queries import OpenHelp
from helpbutton.activities.recurrence import Occasion, Rhythm, Slot, rhythm
from helpbutton.i18n import gettext
from helpbutton.reasons import N_
from helpbutton.web.dates import date_words, time_of_day

KINDS = {
    "open_day_care": N_("Open day care"),
    "family_park": N_("Family park"),
    "parish_family_club": N_("Family club of the parish"),
    "ngo_family_cafe": N_("Family café"),
    "family_house": N_("Family house"),
    "peer_group": N_("Peer group"),
    "young_people": N_("Place for young people"),
    "parents_phone_line": N_("Phone line for parents"),
    "chat": N_("Chat"),
}
WEEKDAYS = (
    N_("Mondays"),
    N_("Tuesdays"),
    N_("Wednesdays"),
    N_("Thursdays"),
    N_("Fridays"),
    N_("Saturdays"),
    N_("Sundays"),
)
EVERY_DAY = N_("every day")
ONCE_A_MONTH = N_("once a month")
EVERY_OTHER_WEEK = N_("every other week, %(days)s")
HOURS = N_("%(days)s %(begins)s–%(ends)s")
OPEN_NOW = N_("Open now, until %(ends)s")
TODAY = N_("Today %(begins)s–%(ends)s")
TOMORROW = N_("Tomorrow %(begins)s–%(ends)s")
NEXT = N_("Next on %(date)s %(begins)s–%(ends)s")

A_MONDAY = dt.date(2024, 1, 1)


def kind_words(kind: str, language: str) -> str:
    """The kind of an activity."""
    return gettext(language, KINDS[kind])


def next_words(occasion: Occasion, *, at: dt.datetime, language: str) -> str:
    """The next time as seen at the aware moment `at`: "Today 9:00–12:00", "Next on Tuesday 24 November 9:00–12:00"."""
    hours = {
        "begins": time_of_day(occasion.begins, language),
        "ends": time_of_day(occasion.ends, language),
    }
    days_away = (occasion.begins.date() - clock.local(at).date()).days
    if occasion.begins.astimezone(dt.UTC) <= at:
        return gettext(language, OPEN_NOW, ends=hours["ends"])
    if days_away < 2:
        return gettext(language, TOMORROW if days_away else TODAY, **hours)
    return gettext(language, NEXT, date=date_words(occasion.begins, language), **hours)


def rhythm_words(item: OpenHelp, language: str) -> str:
    """How often: "Tuesdays and Thursdays 9:00–12:00"; empty when it cannot be said in a few words."""
    parts = [_slot_words(slot, item.schedule.valid_from, language) for slot in item.schedule.slots]
    return "; ".join(parts) if all(parts) else ""


def language_words(item: OpenHelp, language: str) -> str:
    """The languages that are spoken there, in the reader's own."""
    names = i18n.locale_of(language).languages
    return str(
        format_list([str(names.get(code, code)) for code in item.languages], locale=i18n.locale_of(language))
    )


def confirmed_words(day: dt.date, language: str) -> str:
    """A date with its year: "3. marraskuuta 2026"."""
    return str(format_date(day, "long", locale=i18n.locale_of(language)))


def phone_words(number: str) -> str:
    """A number in the form +358401234567 as people read it."""
    written = phonenumbers.format_number(
        phonenumbers.parse(number, None), phonenumbers.PhoneNumberFormat.INTERNATIONAL
    )
    return str(written)


def _slot_words(slot: Slot, valid_from: dt.date, language: str) -> str:
    found = rhythm(slot, valid_from=valid_from)
    days = _days(found, language)
    begins, ends = (
        time_of_day(dt.datetime.combine(A_MONDAY, time, tzinfo=clock.HELSINKI), language)
        for time in (slot.begins, slot.ends)
    )
    return gettext(language, HOURS, days=days, begins=begins, ends=ends) if days else ""


def _days(found: Rhythm, language: str) -> str:
    if found.every == "month":
        return gettext(language, ONCE_A_MONTH)
    if found.every == "other":
        return ""
    days = _weekdays(found.weekdays, language)
    return days if found.every == "week" else gettext(language, EVERY_OTHER_WEEK, days=days)


def _weekdays(days: tuple[int, ...], language: str) -> str:
    """In words such as "Tuesdays and Thursdays", "Mon–Fri", "every day"."""
    if len(days) == len(WEEKDAYS):
        return gettext(language, EVERY_DAY)
    locale = i18n.locale_of(language)
    if len(days) > 2 and all(later == day + 1 for day, later in pairwise(days)):
        first, last = (
            format_date(A_MONDAY + dt.timedelta(days=day), "ccc", locale=locale)
            for day in (days[0], days[-1])
        )
        return f"{first}–{last}"
    return str(format_list([gettext(language, WEEKDAYS[day]) for day in days], locale=locale))
