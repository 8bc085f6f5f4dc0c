"""The steps from an empty database to a live service, each with whether it is done and what is left."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlalchemy import Select, func, or_, select

from helpbutton import clock
from helpbutton.cases import lifecycle
from helpbutton.cases.access import visible_cases
from helpbutton.cases.models import Case
from helpbutton.db import reading
from helpbutton.directory import queries as directory
from helpbutton.directory.models import Organisation, Service, Site, SiteSeen
from helpbutton.directory.queries import Names, desk_hours
from helpbutton.routing.coverage import Gap
from helpbutton.routing.queries import check
from helpbutton.staff.actor import Actor
from helpbutton.staff.models import Account, Identity, Membership
from helpbutton.staff.passwords import NOBODY
from helpbutton.staff.queries import staffed_services

STEPS = (
    "organisation",
    "administrator",
    "desk",
    "hours",
    "member",
    "number",
    "site",
    "snippet",
    "routes",
    "test",
)
"""In the order in which they are taken: each needs those before it."""


NEEDS = {
    "hours": ("desk",),
    "member": ("desk",),
    "number": ("desk",),
    "snippet": ("site",),
    "routes": ("desk",),
    "test": ("member", "site", "routes"),
}
"""What has to be done before a step can be."""
NO_ROUTE = "no route leads to a desk"
"""As `routing.coverage` says it of a place that no route covers."""


@dataclass(frozen=True)
class Step:
    """One of `STEPS`. `left` counts what is missing (desks without a member, gaps of routing ...); 0 when it is done.

    `names` are keys of the first few that miss something: desks, or gaps in words. `blocked_by` are the steps that have
    to be done first.
    """

    id: str
    left: int
    names: tuple[str, ...] = ()
    blocked_by: tuple[str, ...] = ()

    @property
    def done(self) -> bool:
        return self.left == 0


SHOWN = 5


def steps() -> tuple[Step, ...]:
    """Every step as it stands now."""
    session = reading()
    desks = session.scalars(
        select(Service)
        .join(Organisation, Organisation.id == Service.organisation_id)
        .where(
            Organisation.erased_at.is_(None),
            or_(Service.valid_to.is_(None), Service.valid_to >= clock.today()),
        )
        .order_by(Service.key)
    ).all()
    staffed = staffed_services()
    unopened = [desk.key for desk in desks if not any(desk_hours(desk).week)]
    unstaffed = [desk.key for desk in desks if desk.id not in staffed]
    silent = [desk.key for desk in desks if not desk.duty_number]
    found = {
        "organisation": _any("organisation", select(Organisation.id).where(Organisation.erased_at.is_(None))),
        "administrator": Step("administrator", 0 if _administrators() else 1),
        "desk": Step("desk", 0 if desks else 1),
        "hours": _missing("hours", unopened, bool(desks)),
        "member": _missing("member", unstaffed, bool(desks)),
        "number": _missing("number", silent, bool(desks)),
        "site": _any("site", select(Site.id).where(Site.active)),
        "snippet": Step("snippet", 0 if _seen_site() else 1),
        "routes": _routes() if desks else Step("routes", 1),
        "test": Step("test", 0 if _answered() else 1),
    }
    undone = {name for name, step in found.items() if not step.done}
    return tuple(
        replace(found[name], blocked_by=tuple(need for need in NEEDS.get(name, ()) if need in undone))
        for name in STEPS
    )


def unrouted(gaps: Iterable[Gap]) -> list[str]:
    """Codes of the counties with a municipality for which, as these gaps say, no route leads to a desk."""
    bare = {gap.municipality for gap in gaps if gap.why == NO_ROUTE}
    return sorted({directory.municipality(code).county for code in bare})


@dataclass(frozen=True)
class Waiting:
    """A case that nobody has answered yet, and whether the person who asks may open it."""

    number: str
    desk: Names
    visible: bool


def waiting_case(actor: Actor) -> Waiting | None:
    """The newest case without an answer at a desk that the actor administers, for the step of the test request; it
    tells nothing of the case itself."""
    newest = (
        select(Case.number, Service.names, visible_cases(actor))
        .join(Service, Service.id == Case.service_id)
        .where(
            Case.answered_at.is_(None),
            Case.state != lifecycle.CLOSED,
            ~Case.canary,
            Service.organisation_id.in_(actor.organisations_as("administrator")),
        )
        .order_by(Case.id.desc())
        .limit(1)
    )
    row = reading().execute(newest).first()
    return Waiting(row[0], row[1], bool(row[2])) if row else None


def _any(name: str, ids: Select[int]) -> Step:
    """Done as soon as there is one."""
    return Step(name, 0 if reading().scalar(ids.limit(1)) is not None else 1)


def _missing(name: str, keys: list[str], any_desk: bool) -> Step:
    return Step(name, len(keys) if any_desk else 1, tuple(keys[:SHOWN]))


def _administrators() -> int:
    """How many people could sign in and keep an organisation: those who only have an invitation are not counted."""
    return (
        reading().scalar(
            select(func.count())
            .select_from(Membership)
            .join(Account, Account.id == Membership.account_id)
            .where(
                Membership.role == "administrator",
                Account.active,
                or_(Account.password_hash != NOBODY, Account.id.in_(select(Identity.account_id))),
            )
        )
        or 0
    )


def _seen_site() -> bool:
    """Whether a page of an active site has opened its button."""
    seen = select(SiteSeen.site_id).join(Site, Site.id == SiteSeen.site_id)
    return reading().scalar(seen.where(Site.active, SiteSeen.seen_at.is_not(None)).limit(1)) is not None


def _routes() -> Step:
    gaps = check().gaps
    return Step(
        "routes", len(gaps), tuple(f"{gap.municipality} {gap.topic or ''}: {gap.why}" for gap in gaps[:SHOWN])
    )


def _answered() -> bool:
    found = select(Case.id).where(Case.answered_at.is_not(None), ~Case.canary).limit(1)
    return reading().scalar(found) is not None
