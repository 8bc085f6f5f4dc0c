"""An activity of open help as lines of a message, in the family's language, with dates that stay true."""

from helpbutton.activities.queries import OpenHelp
from helpbutton.directory.queries import in_language
from helpbutton.i18n import gettext
from helpbutton.web import open_help_words as words
from helpbutton.web.dates import date_words, time_of_day


def card(item: OpenHelp, *, language: str) -> str:
    """Name and kind, what it is and for whom, when, where, what it costs and how to reach it: one line for each."""
    named = (item.what, item.for_whom)
    lines = (
        f"{in_language(item.names, language)} ({words.kind_words(item.kind, language)})",
        *(in_language(names, language) for names in named if names),
        words.rhythm_words(item, language),
        next_time(item, language),
        where(item, language),
        in_language(item.cost, language) if item.cost else "",
        words.phone_words(item.phone) if item.phone else "",
        item.url or "",
    )
    return "\n".join(line for line in lines if line)


def next_time(item: OpenHelp, language: str) -> str:
    """The next time with its date: "today" would be wrong when the family reads it."""
    return gettext(
        language,
        words.NEXT,
        date=date_words(item.next.begins, language),
        begins=time_of_day(item.next.begins, language),
        ends=time_of_day(item.next.ends, language),
    )


def where(item: OpenHelp, language: str) -> str:
    """Place, address and municipality as far as there are any."""
    names = [names for names in (item.place, item.address) if names]
    if item.municipality:
        names.append(item.municipality.names)
    return ", ".join(in_language(found, language) for found in names)
