"""What the case page offers for daily work: who has the case, tries to reach the family, who else is here."""

from collections.abc import Sequence

from flask import g

from helpbutton import clock, i18n
from helpbutton.cases import assigning, attempts
from helpbutton.cases.beside import others_there
from helpbutton.cases.clock_queries import ClockView
from helpbutton.cases.clock_rules import ACCEPTANCE
from helpbutton.cases.correcting import other_desks
from helpbutton.cases.queries import CasePage
from helpbutton.cases.submission import URGENCIES
from helpbutton.directory import queries as directory
from helpbutton.escalation.queries import waiting_on


def context(case: CasePage, clocks: Sequence[ClockView], language: str) -> dict[str, object]:
    """What the templates of daily work need, of a case that has just been opened with its clocks."""
    given = (view for view in clocks if view.kind == ACCEPTANCE and view.running)
    return {
        "climbs": waiting_on(case.id),
        "acceptance": next(given, None) if case.assigned_to else None,
        "given_by": next((line.name for line in reversed(case.logbook) if line.verb == "assigned"), None),
        "give_back_reasons": assigning.GIVEN_BACK,
        "colleagues": assigning.colleagues(service_id=case.desk.id, besides={g.actor.account_id}),
        "all_topics": directory.topics(),
        "urgencies": URGENCIES,
        "other_desks": other_desks(case.desk.organisation_id, besides=case.desk.id),
        "ways_to_reach": attempts.HOW,
        "results": attempts.RESULTS,
        "local_field": lambda moment: f"{clock.local(moment):%Y-%m-%dT%H:%M}",
        "beside": beside_words(others_there(case.id, actor=g.actor), language),
    }


def beside_words(names: Sequence[str], language: str) -> str:
    """A sentence about the others who have the case open; empty without any."""
    if not names:
        return ""
    return i18n.ngettext(
        language,
        "%(names)s has this case open too.",
        "%(names)s have this case open too.",
        len(names),
        names=", ".join(names),
    )
