"""What the guided page does itself: widening the served area, leading everything to one desk, and a test request."""

from sqlalchemy import select

from helpbutton import i18n
from helpbutton.audit import operations as audit
from helpbutton.cases.intake import Receipt, submit_request
from helpbutton.cases.submission import parse
from helpbutton.db import reading, transaction
from helpbutton.directory import queries as directory
from helpbutton.directory.models import Installation, Organisation
from helpbutton.directory.rows import RouteRow
from helpbutton.directory.sites import edited_site
from helpbutton.errors import FieldError, Invalid, NotFound
from helpbutton.readiness.first import MAINLAND, counties_of, known_counties
from helpbutton.readiness.queries import unrouted
from helpbutton.reasons import N_
from helpbutton.routing.operations import change_routes
from helpbutton.routing.queries import check
from helpbutton.routing.route_list import routed_desks
from helpbutton.routing.trial import RouteChange
from helpbutton.staff.actor import Actor
from helpbutton.vault import sealing

TEST_TEXT = N_(
    "TEST: nobody needs help here. We are trying out whether a request reaches the right desk and the answer comes "
    "back. Please answer with a few words."
)


def serve(*, actor: Actor, area: str, too: bool) -> None:
    """Serve a county (its code) or MAINLAND: besides what is served already (`too`), or alone.

    What is new has no route yet; the page says so. Raises NotFound for whoever does not keep the whole installation,
    Invalid.
    """
    if not keeps_all(actor):
        raise NotFound("installation")
    if area != MAINLAND and area not in known_counties():
        raise Invalid(FieldError("area", "unknown_value"))
    with transaction() as session:
        installation = session.get_one(Installation, 1, with_for_update=True)
        before = installation.counties if too else []
        counties = sorted({*before, *counties_of(session, area)})
        if counties == sorted(installation.counties):
            return
        installation.counties = counties
        for organisation_id in sorted(actor.organisations_as("administrator")):
            audit.record(
                session,
                organisation_id=organisation_id,
                actor=actor.pseudonym,
                action="serve_area",
                subject=sealing.pseudonym("organisation", organisation_id),
                ground="administrator",
            )


def keeps_all(actor: Actor) -> bool:
    """Whether every organisation is the administrator's own: nobody narrows the area of others."""
    owned = actor.organisations_as("administrator")
    others = select(Organisation.id).where(Organisation.id.not_in(owned), Organisation.erased_at.is_(None))
    return bool(owned) and reading().scalar(others.limit(1)) is None


def route_everything(*, actor: Actor, desk: str) -> None:
    """Lead everything that has no route yet to this desk, county by county; with nothing left it changes nothing.

    It is a change of routes like any other, with its proof: raises NotFound, Invalid, LeavesGaps as `change_routes`.
    """
    counties = unrouted(check().gaps)
    if desk not in routed_desks(actor):
        raise NotFound("desk")
    if counties:
        rows = tuple(RouteRow(service=desk, county_code=code) for code in counties)
        change_routes(actor=actor, change=RouteChange(add=rows))


def send_test(*, actor: Actor, site: str, key: str) -> Receipt:
    """A request marked as a test, through the same intake as a family's; the same `key` (UUID) sends it once.

    Raises NotFound (not a site of theirs, or no desk for it yet), Invalid, OutsideArea.
    """
    found = edited_site(actor, site)
    language = i18n.reading_language(found.languages[0])
    submission = parse(
        {
            "site": found.key,
            "text": i18n.gettext(language, TEST_TEXT),
            "language": found.languages[0],
            "role": "other",
            "municipality": directory.municipality(found.municipality).code,
        }
    )
    return submit_request(submission=submission, idempotency_key=key)
