"""Dates and hours as people in Finland say them in each language, always in Helsinki time."""

import datetime as dt

from babel.dates import format_date, format_time, get_day_names

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
WITH_POINTS = ("fi", "sv")
"""They write 16.00 and 26.11.2026."""
AT = {"fi": "klo ", "sv": "kl. "}


def date_words(day: dt.date | dt.datetime | str, language: str) -> str:
    """A weekday with its date, "torstaina 26.11.": moments are read in Helsinki time."""
    if isinstance(day, str):
        day = dt.date.fromisoformat(day)
    if isinstance(day, dt.datetime):
        day = clock.local(day).date()
    return str(format_date(day, DAY[i18n.html_language(language)], locale=i18n.locale_of(language)))


def full_date(day: dt.date, language: str) -> str:
    """A date with its year, "26.11.2026" in Finnish and Swedish, "26 Nov 2026" in other languages."""
    pattern = "d.M.y" if i18n.html_language(language) in WITH_POINTS else "d MMM y"
    return str(format_date(day, pattern, locale=i18n.locale_of(language)))


def short_weekdays(language: str) -> list[str]:
    """The weekdays as lists shorten them, Monday first: "ma", "ti"."""
    names = get_day_names("abbreviated", "stand-alone", i18n.locale_of(language))
    return [str(names[number]) for number in range(7)]


def time_of_day(moment: dt.datetime, language: str) -> str:
    """The Helsinki clock, "16.00" in Finnish and Swedish, "16:00" in other languages."""
    pattern = "H.mm" if i18n.html_language(language) in WITH_POINTS else "HH:mm"
    locale = i18n.locale_of(language)
    return str(format_time(clock.local(moment), pattern, locale=locale, tzinfo=clock.HELSINKI))


def hour_words(time: str, language: str) -> str:
    """A time of day as it is stored, "09:00": "9.00" in Finnish and Swedish."""
    return time.removeprefix("0").replace(":", ".") if i18n.html_language(language) in WITH_POINTS else time


def moment_words(moment: dt.datetime, language: str) -> str:
    """A weekday, date and hour: "torstaina 26.11. klo 16.00"."""
    at = AT.get(i18n.html_language(language), "")
    return f"{date_words(moment, language)} {at}{time_of_day(moment, language)}"
