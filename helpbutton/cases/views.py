"""The views of a worklist as stretches of indexes: what belongs to each, in which order, and where a page begins."""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal_column, or_, select, true, tuple_, union_all
from sqlalchemy.orm import InstrumentedAttribute

from helpbutton import clock
from helpbutton.cases import lifecycle
from helpbutton.cases.access import visible_cases
from helpbutton.cases.models import Case, Proposal, lane
from helpbutton.staff.actor import Actor

PROPOSALS, CLOSED = "proposals", "closed"
VIEWS = (
    *("services", "mine", "unassigned", "urgent", "due_today", "overdue", "waiting"),
    *("returned", "quarantined", "review", PROPOSALS, CLOSED),
)
OPEN = Case.state != literal_column(f"'{lifecycle.CLOSED}'")
"""Written out, not bound: databases use a partial index only where they see its very condition."""
PROPOSED: ColumnElement[str] = literal_column("'open'")
Order = tuple[ColumnElement[Any] | InstrumentedAttribute[Any], ...]
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
MICROSECOND = dt.timedelta(microseconds=1)


@dataclass(frozen=True)
class Filters:
    """What a reader narrows a view to: a service's id, a topic's, a language, a municipality's code."""

    service: int | None = None
    topic: str | None = None
    language: str | None = None
    municipality: str | None = None

    def services(self, actor: Actor) -> dict[int, str]:
        """The actor's services that are left, with the role there."""
        return {id: role for id, role in actor.services.items() if self.service in (None, id)}

    def narrowed(self, actor: Actor) -> Actor:
        """The actor with the services that are left, and without night duty where one service is chosen."""
        stands_in = actor.stands_in if self.service is None else frozenset()
        return replace(actor, services=self.services(actor), stands_in=stands_in)

    def condition(self) -> ColumnElement[bool]:
        """All but the service, which chooses the stretches of the indexes."""
        wanted = (
            (Case.topic, self.topic),
            (Case.language, self.language),
            (Case.municipality_code, self.municipality),
        )
        return and_(True, *(column == value for column, value in wanted if value is not None))


@dataclass(frozen=True)
class Place:
    """Where a row stands in its view (`at` aware): until when its family waits, of a closed case when it was closed; of
    others, which stand in the order of their arrival, the promise."""

    lane: int
    at: dt.datetime
    id: int

    def __str__(self) -> str:
        return f"{self.lane}.{(self.at - EPOCH) // MICROSECOND}.{self.id}"

    @classmethod
    def parse(cls, text: str) -> "Place | None":
        """The place that an address names, or None."""
        try:
            lane, micros, case_id = (int(part) for part in text.split("."))
            return cls(lane, EPOCH + micros * MICROSECOND, case_id) if 0 <= case_id < 2**63 else None
        except (ValueError, OverflowError):
            return None


def belongs(actor: Actor, view: str, filters: Filters) -> ColumnElement[bool]:
    """Whether a case belongs to the view of this actor."""
    visible, state = visible_cases(filters.narrowed(actor)), true() if view == CLOSED else OPEN
    return and_(visible, state, or_(*_pieces(actor, view)), filters.condition())


def head(actor: Actor, view: str, filters: Filters, *, after: Place | None, limit: int) -> Select[int]:
    """Ids of the first cases of a view that come after a place, in order.

    Each service and each piece of the view is one stretch of an index of which at most `limit` entries are read, so
    the work does not grow with the number of cases.
    """
    column, order = Case.closed_at if view == CLOSED else Case.waits_until, in_order(view)
    stretches = [
        select(Case.id, Case.lane, column.label("at"))
        .where(where, piece, beyond, filters.condition())
        .order_by(*order)
        .limit(limit)
        .subquery()
        for where in _scopes(actor, view, filters)
        for piece in _pieces(actor, view)
        for beyond in _beyond(view, after)
    ]
    heads = union_all(*(select(stretch) for stretch in stretches)).subquery()
    ids, lanes, moments = heads.c.id, heads.c.lane, heads.c.at
    merged = (moments.desc(), ids.desc()) if view == CLOSED else (lanes, moments, ids)
    return select(ids).order_by(*merged).limit(limit)


def in_order(view: str) -> Order:
    """The order of the rows of a view."""
    if view == CLOSED:
        return (Case.closed_at.desc(), Case.id.desc())
    return (Case.lane, Case.waits_until, Case.id)


def place_of(case: Case, view: str) -> Place:
    """Where a case stands in the view."""
    at = case.closed_at if view == CLOSED else case.waits_until
    return Place(case.lane, at or case.respond_by, case.id)


def counted(actor: Actor, view: str, filters: Filters, *, limit: int) -> Select[int]:
    """How many cases belong to the view, counted up to `limit`.

    They are counted in the order of the view's index, for then no database collects them all before it stops.
    """
    first = () if view == PROPOSALS else (Case.service_id,)
    along = (Case.closed_at, Case.id) if view == CLOSED else in_order(view)
    some = select(Case.id).where(belongs(actor, view, filters)).order_by(*first, *along).limit(limit)
    return select(func.count()).select_from(some.subquery())


def _scopes(actor: Actor, view: str, filters: Filters) -> list[ColumnElement[bool]]:
    """What each stretch starts with: what is visible at one service; the few open proposals are found without."""
    seen = filters.narrowed(actor)
    if view == PROPOSALS or not (seen.services or seen.stands_in):
        return [visible_cases(seen)]
    one_by_one = [
        replace(seen, services={id: role}, stands_in=frozenset())
        for id, role in sorted(seen.services.items())
    ]
    nights = [replace(seen, services={})] if seen.stands_in else []
    return [visible_cases(part) for part in (*one_by_one, *nights)]


def _pieces(actor: Actor, view: str) -> list[ColumnElement[bool]]:
    """Conditions of which each is one stretch of an index in order; together they are the view."""
    now = clock.now()
    match view:
        case "mine":
            return [OPEN & (Case.assigned_to == actor.account_id)]
        case "unassigned":
            return [OPEN & Case.assigned_to.is_(None)]
        case "urgent":
            return [OPEN & (Case.lane <= lane(urgent=True, waits=False))]
        case "due_today":
            return [piece & Case.waits_until.between(now, clock.end_of_today()) for piece in _waited_for()]
        case "overdue":
            return [piece & (Case.waits_until < now) for piece in _waited_for()]
        case "waiting":
            return [OPEN & (Case.state == literal_column(f"'{lifecycle.WAITING}'"))]
        case "returned":
            return [OPEN & Case.returned_at.is_not(None)]
        case "quarantined":
            return [OPEN & Case.quarantined]
        case "review":
            return [OPEN & Case.needs_review]
        case "proposals":
            return [OPEN & Case.id.in_(select(Proposal.case_id).where(Proposal.status == PROPOSED))]
        case "closed":
            return [Case.state == literal_column(f"'{lifecycle.CLOSED}'")]
    return [OPEN]


def _waited_for() -> list[ColumnElement[bool]]:
    return [OPEN & (Case.lane == lane(urgent=urgent, waits=True)) for urgent in (True, False)]


def _beyond(view: str, place: Place | None) -> list[ColumnElement[bool]]:
    """What comes after a place: again one stretch of an index each, for NULL is neither before nor after a moment."""
    if place is None:
        return [true()]
    if view == CLOSED:
        return [tuple_(Case.closed_at, Case.id) < tuple_(place.at, place.id)]
    if place.lane in (lane(urgent=urgent, waits=True) for urgent in (True, False)):
        return [tuple_(Case.lane, Case.waits_until, Case.id) > tuple_(place.lane, place.at, place.id)]
    rest = (Case.lane == place.lane) & Case.waits_until.is_(None) & (Case.id > place.id)
    return [rest, Case.lane > place.lane]
