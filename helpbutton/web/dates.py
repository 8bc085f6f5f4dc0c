"""Dates and hours as people say them, always in Helsinki time."""

import datetime as dt

from babel.dates import format_date, format_time

from helpbutton import clock, i18n


def date_words(day: dt.date | dt.datetime | str, language: str) -> str:
    """A weekday with its date, "torstaina 26.11.": moments are read in Helsinki time."""
    if isinstance(day, str):
        day = dt.date.fromisoformat(day)
    if isinstance(day, dt.datetime):
        day = clock.local(day).date()
    tongue = i18n.reading_language(language)
    weekday = format_date(day, "cccc", locale=tongue)
    if tongue == "fi":
        return f"{weekday}na {day.day}.{day.month}."
    if tongue == "sv":
        return f"{weekday} {day.day}.{day.month}"
    return f"{weekday} {format_date(day, 'd MMMM', locale='en_GB')}"


def time_of_day(moment: dt.datetime, language: str) -> str:
    """The Helsinki clock, "16.00" in Finnish and Swedish, "16:00" in English."""
    pattern = "HH:mm" if i18n.reading_language(language) == "en" else "H.mm"
    return str(
        format_time(
            clock.local(moment), pattern, locale=i18n.reading_language(language), tzinfo=clock.HELSINKI
        )
    )


def moment_words(moment: dt.datetime, language: str) -> str:
    """A weekday, date and hour: "torstaina 26.11. klo 16.00"."""
    at = {"fi": "klo ", "sv": "kl. "}.get(i18n.reading_language(language), "")
    return f"{date_words(moment, language)} {at}{time_of_day(moment, language)}"
