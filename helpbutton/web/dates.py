"""Dates and hours as people in Finland say them in each language, always in Helsinki time."""

import datetime as dt

from babel.dates import format_date, format_time

from helpbutton import clock, i18n

DAY = {
    "fi": "cccc'na' d.M.",
    "sv": "cccc d.M",
    "en": "cccc d MMMM",
    "se": "cccc d.M.",
    "ru": "cccc, d MMMM",
    "uk": "cccc, d MMMM",
    "ar": "cccc، d MMMM",
    "so": "cccc, d MMMM",
    "et": "cccc, d. MMMM",
}
"""A weekday with its date, as CLDR patterns."""
HOUR_WITH_A_POINT = ("fi", "sv")
AT = {"fi": "klo ", "sv": "kl. "}


def date_words(day: dt.date | dt.datetime | str, language: str) -> str:
    """A weekday with its date, "torstaina 26.11.": moments are read in Helsinki time."""
    if isinstance(day, str):
        day = dt.date.fromisoformat(day)
    if isinstance(day, dt.datetime):
        day = clock.local(day).date()
    return str(format_date(day, DAY[i18n.html_language(language)], locale=i18n.locale_of(language)))


def time_of_day(moment: dt.datetime, language: str) -> str:
    """The Helsinki clock, "16.00" in Finnish and Swedish, "16:00" in other languages."""
    pattern = "H.mm" if i18n.html_language(language) in HOUR_WITH_A_POINT else "HH:mm"
    locale = i18n.locale_of(language)
    return str(format_time(clock.local(moment), pattern, locale=locale, tzinfo=clock.HELSINKI))


def moment_words(moment: dt.datetime, language: str) -> str:
    """A weekday, date and hour: "torstaina 26.11. klo 16.00"."""
    at = AT.get(i18n.html_language(language), "")
    return f"{date_words(moment, language)} {at}{time_of_day(moment, language)}"
