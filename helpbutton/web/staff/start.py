"""The guided page from an empty database to a live service: every step, how it stands, and what does it."""

import uuid
from collections.abc import Callable, Iterable, Mapping

from flask import Response, abort, g, request

from helpbutton import settings
from helpbutton.directory import queries as directory
from helpbutton.directory import services, sites
from helpbutton.directory.queries import Names, SiteView, in_language
from helpbutton.errors import FieldError
from helpbutton.i18n import gettext, ngettext
from helpbutton.readiness import first
from helpbutton.readiness.operations import keeps_all
from helpbutton.readiness.queries import STEPS, Step, steps, unrouted, waiting_case
from helpbutton.readiness.safety import findings
from helpbutton.routing.coverage import Gap
from helpbutton.routing.queries import check
from helpbutton.routing.route_list import places, routed_desks
from helpbutton.staff.organisations import kept_organisations
from helpbutton.web.policy import policy
from helpbutton.web.staff import site_form, start_words
from helpbutton.web.staff.frame import staff_blueprint, staff_language, staff_page
from helpbutton.web.staff.gap_words import gap_lines
from helpbutton.web.staff.snippets import snippets
from helpbutton.web.vocabulary import municipality_names

bp = staff_blueprint("start", __name__)

MOST_NAMED = 5


@bp.get("/start")
@policy("staff")
def guide() -> Response:
    """All steps; the one at hand, or the one that was asked for, is open."""
    administrators_only()
    return guide_page(request.args.get("step", ""))


def guide_page(
    chosen: str,
    *,
    status: int = 200,
    errors: tuple[FieldError, ...] = (),
    gaps: tuple[Gap, ...] = (),
    problem: str = "",
    **context: object,
) -> Response:
    """The page with the step `chosen` open; unknown or empty: the first that is not done."""
    language, found = staff_language(), steps()
    by_id = {step.id: step for step in found}
    at = by_id.get(chosen) or next((step for step in found if not step.done), None)
    return staff_page(
        "staff/start/guide.html",
        status=status,
        steps=found,
        at=at.id if at else "",
        step=at,
        done=sum(step.done for step in found),
        states={step.id: _state(step) for step in found},
        lacking=_lacking(),
        titles=start_words.TITLES,
        reasons=start_words.WHY,
        labels=start_words.LABELS,
        typed=request.form,
        errors=site_form.in_words(errors, language),
        refused_gaps=gap_lines(gaps, language),
        problem=problem,
        just_done=request.args.get("done", ""),
        **(_FACTS.get(at.id, _nothing)(at) if at else {}),
        **context,
    )


def administrators_only() -> None:
    """Refuse everybody else with a page of their own."""
    if not g.actor.organisations_as("administrator"):
        abort(403)


def _state(step: Step) -> str:
    """How a step stands, in a few words."""
    language = staff_language()
    if step.done:
        return gettext(language, "done")
    if step.blocked_by:
        first_of_all = gettext(language, start_words.TITLES[step.blocked_by[0]])
        return gettext(language, "first: %(step)s", step=first_of_all)
    if step.id in ("hours", "member", "number"):
        return ngettext(language, "%(count)s desk left", "%(count)s desks left", step.left, count=step.left)
    return gettext(language, "to do")


def _lacking() -> list[str]:
    """What the machine lacks, as messages, each once."""
    found = findings(settings.current(), demo=directory.installation().demo)
    return list(dict.fromkeys(start_words.LACKS[one.id] for one in found if one.mark != "ok"))


def _organisation(_step: Step) -> dict[str, object]:
    counties = first.known_counties()
    return {
        "organisations": kept_organisations(g.actor),
        "counties": counties,
        "served": _served([counties[code] for code in directory.installation().counties]),
        "mainland": first.MAINLAND,
        "keeps_all": keeps_all(g.actor),
    }


def _desk(step: Step) -> dict[str, object]:
    return {
        "owners": services.owners(g.actor),
        "service_kinds": services.service_kinds(),
        **_lacking_desks(step),
    }


def _lacking_desks(step: Step) -> dict[str, object]:
    """Desks of the actor with what the step misses first, and keys of those that others keep."""
    kept = services.kept_services(g.actor)
    mine = sorted(kept, key=lambda desk: desk.key not in step.names)
    return {
        "desks": mine,
        "unkept": [key for key in step.names if key not in {desk.key for desk in kept}],
    }


def _site(_step: Step) -> dict[str, object]:
    named = municipality_names(places().municipalities, staff_language())
    return {
        "owners": sites.owners(g.actor),
        "municipalities": named.items(),
    }


def _snippet(_step: Step) -> dict[str, object]:
    base, mine = settings.current().public_url, _own_sites()
    return {
        "base": base,
        "buttons": [(site, snippets(site, base).script) for site in mine],
        "seen": sites.last_seen([site.id for site in mine]),
    }


def _routes(_step: Step) -> dict[str, object]:
    gaps = check().gaps
    return {
        "gaps": gap_lines(gaps, staff_language()),
        "desks": routed_desks(g.actor),
        "unrouted": _named(first.known_counties()[code] for code in unrouted(gaps)),
    }


def _test(_step: Step) -> dict[str, object]:
    return {"sites": _own_sites(), "waiting": waiting_case(g.actor), "key": str(uuid.uuid4())}


def _named(all_names: Iterable[Names]) -> list[str]:
    return [in_language(names, staff_language()) for names in all_names]


def _served(counties: list[Names]) -> str:
    """The counties by name, or how many there are."""
    language, many = staff_language(), len(counties)
    if many > MOST_NAMED:
        return ngettext(
            language, "It serves %(count)s county.", "It serves %(count)s counties.", many, count=many
        )
    return gettext(language, "It serves: %(places)s.", places=", ".join(_named(counties)))


def _own_sites() -> list[SiteView]:
    return [site for site in sites.edited_sites(g.actor) if site.active]


def _nothing(_step: Step) -> dict[str, object]:
    return {}


_FACTS: Mapping[str, Callable[[Step], dict[str, object]]] = {
    "organisation": _organisation,
    "desk": _desk,
    "hours": _lacking_desks,
    "member": _lacking_desks,
    "number": _lacking_desks,
    "site": _site,
    "snippet": _snippet,
    "routes": _routes,
    "test": _test,
}
assert set(_FACTS) <= set(STEPS)
