"""Changing the routes together with their proof, and proving them every night."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpbutton import clock
from helpbutton.audit import operations as audit
from helpbutton.db import reading, transaction
from helpbutton.directory.models import Route, Service
from helpbutton.directory.rows import RouteRow
from helpbutton.errors import HelpButtonError, NotFound
from helpbutton.routing import queries
from helpbutton.routing.coverage import Coverage, Gap
from helpbutton.routing.models import RoutingProof
from helpbutton.routing.trial import RouteChange, refuse_ties
from helpbutton.staff.actor import Actor
from helpbutton.vault import sealing

PROVED_EVERY = dt.timedelta(hours=20)
NIGHT = range(2, 5)
OVERDUE_AFTER = dt.timedelta(hours=30)

log = structlog.get_logger()


class LeavesGaps(HelpButtonError):
    """The change would leave `combinations` more combinations without a desk; `gaps` names them."""

    def __init__(self, combinations: int, gaps: tuple[Gap, ...]) -> None:
        super().__init__(f"this would leave {combinations} combinations without a desk")
        self.combinations, self.gaps = combinations, gaps


def change_routes(*, actor: Actor, change: RouteChange) -> Coverage:
    """Change the routes, or leave everything as it was. Returns the proof of the new routes.

    The actor must administer the organisation of every desk that a route leads to. Raises NotFound (no such desk or
    route of theirs), Invalid (an unknown value, or a tie), LeavesGaps.
    """
    with transaction() as session:
        ended = _own_routes(session, actor, change.end)
        desks = _own_desks(session, actor, {row.service for row in change.add})
        with without_new_gaps() as found:
            end_routes(session, ended)
            session.add_all(route_of(row, desks[row.service]) for row in change.add)
            session.flush()
        for organisation_id in {service.organisation_id for service in desks.values()} | {
            session.get_one(Service, route.service_id).organisation_id for route in ended
        }:
            audit.record(
                session,
                organisation_id=organisation_id,
                actor=actor.pseudonym,
                action="routes_changed",
                subject=sealing.pseudonym("organisation", organisation_id),
            )
    return found[0]


@contextmanager
def without_new_gaps() -> Iterator[list[Coverage]]:
    """Inside a transaction: raise LeavesGaps at the end when more combinations are without a desk than at the start,
    today or from a later day on, and Invalid for a tie that was not there.

    In municipalities that were served before each topic counts by itself, so that gaps closed elsewhere make up for
    none; what is newly served counts only in the sum. The list then holds the new proof.
    """
    before = queries.check()
    found: list[Coverage] = []
    yield found
    after = queries.check()
    refuse_ties(after.ties - before.ties)
    for day in sorted({clock.today(), *before.later, *after.later}):
        _refuse_gaps(before.gaps_on(day), after.gaps_on(day), outside=before.outside)
    found.append(after)


def _refuse_gaps(before: Sequence[Gap], after: Sequence[Gap], *, outside: Sequence[str]) -> None:
    had, has = _without_desk(before), _without_desk(after)
    worse, grown = has - had, has.total() - had.total()
    lost = sum(size for (place, _), size in worse.items() if place not in outside)
    if not lost and grown <= 0:
        return
    known = {(gap.municipality, gap.topic, gap.why, gap.scope): gap.combinations for gap in before}
    new = [
        gap
        for gap in after
        if (gap.municipality, gap.topic) in worse
        and gap.combinations > known.get((gap.municipality, gap.topic, gap.why, gap.scope), 0)
    ]
    raise LeavesGaps(max(lost, grown), tuple(new))


def _without_desk(gaps: Iterable[Gap]) -> Counter[tuple[str, str | None]]:
    """Combinations without a desk by municipality and topic."""
    counted: Counter[tuple[str, str | None]] = Counter()
    for gap in gaps:
        counted[gap.municipality, gap.topic] += gap.combinations
    return counted


def end_routes(session: Session, routes: Iterable[Route]) -> None:
    """Yesterday was the last day of these routes; one that has not begun goes away."""
    yesterday = clock.today() - dt.timedelta(days=1)
    for route in routes:
        if route.valid_from is not None and route.valid_from > yesterday:
            session.delete(route)
        else:
            route.valid_to = yesterday


def prove_nightly() -> None:
    """Prove the routes once a night and keep the result; by day only when the last proof is far too old."""
    last = reading().scalar(select(func.max(RoutingProof.at)))
    now = clock.now()
    age = now - last if last else OVERDUE_AFTER
    if age < PROVED_EVERY or (clock.local(now).hour not in NIGHT and age < OVERDUE_AFTER):
        return
    coverage = queries.check()
    if coverage.gaps:
        log.warning("routes_have_gaps", gaps=len(coverage.gaps), combinations=coverage.without_desk)
    if coverage.ties:
        log.error("routes_tie", routes=sorted(sorted(pair) for pair in coverage.ties))
    with transaction() as session:
        session.add(
            RoutingProof(
                at=now,
                combinations=coverage.combinations,
                without_desk=coverage.without_desk,
                gaps=len(coverage.gaps),
            )
        )


def _own_routes(session: Session, actor: Actor, ids: Sequence[int]) -> list[Route]:
    routes = list(session.scalars(select(Route).where(Route.id.in_(ids))))
    if len(routes) != len(set(ids)):
        raise NotFound("route")
    for route in routes:
        _must_administer(actor, session.get_one(Service, route.service_id))
    return routes


def _own_desks(session: Session, actor: Actor, keys: set[str]) -> dict[str, Service]:
    services = {row.key: row for row in session.scalars(select(Service).where(Service.key.in_(keys)))}
    for key in keys:
        if key not in services:
            raise NotFound(f"desk {key}")
        _must_administer(actor, services[key])
    return services


def _must_administer(actor: Actor, service: Service) -> None:
    if actor.organisations.get(service.organisation_id) != "administrator":
        raise NotFound(f"desk {service.key}")


def route_of(row: RouteRow, service: Service) -> Route:
    """The row of a route to this desk."""
    return Route(
        service_id=service.id,
        topic=row.topic,
        county_code=row.county_code,
        municipality_code=row.municipality_code,
        area_key=row.area,
        kind=row.kind,
        language=row.language,
        age_group=row.age_group,
        role=row.role,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
    )
