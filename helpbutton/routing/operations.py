"""Changing the routes together with their proof, and proving them every night."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import islice

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpbutton import clock
from helpbutton.audit import operations as audit
from helpbutton.db import after_commit, transaction
from helpbutton.directory.models import Route, Service
from helpbutton.directory.rows import RouteRow
from helpbutton.errors import HelpButtonError, NotFound
from helpbutton.routing import queries
from helpbutton.routing.coverage import Coverage, Gap
from helpbutton.routing.models import RoutingProof
from helpbutton.routing.new_routes import refuse_faulty
from helpbutton.routing.trial import RouteChange, refuse_ties
from helpbutton.staff.actor import Actor
from helpbutton.vault import sealing

PROVED_EVERY = dt.timedelta(hours=20)
NIGHT = range(2, 5)
OVERDUE_AFTER = dt.timedelta(hours=30)
PROVED_AGAIN = dt.timedelta(hours=1)
REASONS_KEPT = 12

log = structlog.get_logger()


class LeavesGaps(HelpButtonError):
    """The change would leave `combinations` more combinations without a desk; `gaps` names them."""

    def __init__(self, combinations: int, gaps: tuple[Gap, ...]) -> None:
        super().__init__(f"this would leave {combinations} combinations without a desk")
        self.combinations, self.gaps = combinations, gaps


def change_routes(*, actor: Actor, change: RouteChange) -> Coverage:
    """Change the routes, or leave everything as it was. Returns the proof of the new routes.

    The actor must administer the organisation of every desk that a route leads to. Raises NotFound (no such desk or
    route of theirs), Invalid (what `new_routes.faults` names, or a tie), LeavesGaps.
    """
    with transaction() as session:
        ended = _own_routes(session, actor, change.end)
        desks = _own_desks(session, actor, {row.service for row in change.add})
        refuse_faulty(change.add)
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
    """Inside a transaction: raise LeavesGaps at the end for what `new_gaps` finds, Invalid for a new tie.

    The list then holds the new proof.
    """
    before = queries.check()
    found: list[Coverage] = []
    yield found
    after = queries.check()
    refuse_ties(after.ties - before.ties)
    refusal = new_gaps(before, after)
    if refusal is not None:
        raise refusal
    found.append(after)


def new_gaps(before: Coverage, after: Coverage) -> LeavesGaps | None:
    """What forbids the change between two proofs: any combination has lost its desk, today or from a later day on.

    In municipalities that were served before gaps that close make up for none that opens; what is newly served counts
    only in the sum.
    """
    days = sorted({clock.today(), *before.later, *after.later})
    found = (_lost(before.gaps_on(day), after.gaps_on(day), outside=before.outside) for day in days)
    return next((refusal for refusal in found if refusal is not None), None)


def _lost(before: Sequence[Gap], after: Sequence[Gap], *, outside: Sequence[str]) -> LeavesGaps | None:
    had, has = _without_desk(before), _without_desk(after)
    worse = {where: cells & ~had.get(where, 0) for where, cells in has.items()}
    lost = sum(cells.bit_count() for (place, _), cells in worse.items() if place not in outside)
    grown = sum(map(int.bit_count, has.values())) - sum(map(int.bit_count, had.values()))
    if not lost and grown <= 0:
        return None
    new = tuple(gap for gap in after if gap.cells & worse[gap.municipality, gap.topic])
    return LeavesGaps(max(lost, grown), new)


def _without_desk(gaps: Iterable[Gap]) -> dict[tuple[str, str | None], int]:
    """The cells of all combinations without a desk, by municipality and topic."""
    cells: dict[tuple[str, str | None], int] = defaultdict(int)
    for gap in gaps:
        cells[gap.municipality, gap.topic] |= gap.cells
    return cells


def end_routes(session: Session, routes: Iterable[Route]) -> None:
    """Yesterday was the last day of these routes; one that has not begun goes away."""
    yesterday = clock.today() - dt.timedelta(days=1)
    for route in routes:
        if route.valid_from is not None and route.valid_from > yesterday:
            session.delete(route)
        else:
            route.valid_to = yesterday


def prove_nightly() -> None:
    """Prove the routes once a night and keep what it found; by day when the last proof is far too old, and every hour
    while the last one found something, so that the alarm ends soon after it is mended."""
    last, now = queries.last_proof(), clock.now()
    if last is not None and not _is_due(last, now):
        return
    coverage = queries.check()
    proof = RoutingProof(
        at=now,
        combinations=coverage.combinations,
        without_desk=coverage.without_desk,
        gaps=len(coverage.gaps),
        ties=len(coverage.ties),
        first_gaps=_one_of_each_reason(coverage.gaps),
    )
    with transaction() as session:
        session.add(proof)
        if coverage.gaps:
            found = {"gaps": proof.gaps, "combinations": proof.without_desk}
            after_commit(session, partial(log.error, "routes_have_gaps", **found))
        if coverage.ties:
            pairs = sorted(sorted(pair) for pair in coverage.ties)
            after_commit(session, partial(log.error, "routes_tie", routes=pairs))


def _is_due(last: RoutingProof, now: dt.datetime) -> bool:
    age = now - last.at
    if last.gaps or last.ties:
        return age >= PROVED_AGAIN
    return age >= OVERDUE_AFTER or (age >= PROVED_EVERY and clock.local(now).hour in NIGHT)


def _one_of_each_reason(gaps: Iterable[Gap]) -> list[dict[str, str | None]]:
    first: dict[str, Gap] = {}
    for gap in gaps:
        first.setdefault(gap.why, gap)
    return [
        {"municipality": gap.municipality, "topic": gap.topic, "why": why}
        for why, gap in islice(first.items(), REASONS_KEPT)
    ]


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
