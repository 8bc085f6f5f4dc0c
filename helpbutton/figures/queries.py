"""The figures of desks for those who may see them; small numbers never leave this room."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select

from helpbutton import clock
from helpbutton.audit import operations as audit
from helpbutton.db import transaction
from helpbutton.directory.models import Service
from helpbutton.directory.queries import Names
from helpbutton.errors import NotFound
from helpbutton.figures.counting import BESIDE, PARTS, STATES, Counts, counted
from helpbutton.figures.periods import Span, around, spans
from helpbutton.figures.suppress import SUM, Cell, Shown, is_small, parts, table
from helpbutton.staff.actor import Actor

SEES_FIGURES = ("lead", "administrator", "coordinator")
COLUMNS = ("received", *STATES, *BESIDE)


@dataclass(frozen=True)
class DeskFigures:
    """One desk; every count may be hidden (None). `counts` has received, the `STATES` and the `BESIDE`."""

    service_id: int
    names: Names
    counts: Mapping[str, Shown]


@dataclass(frozen=True)
class Figures:
    """Cases received from `start` (aware) on, before `end`: by the desk that first got them, by topic and by language
    (most first)."""

    start: dt.datetime
    end: dt.datetime
    desks: tuple[DeskFigures, ...]
    all_desks: Mapping[str, Shown]
    topics: tuple[tuple[str, Shown], ...]
    languages: tuple[tuple[str, Shown], ...]
    afterwards: Mapping[str, Shown]
    """What families said after closing: helped, not_helped, told_once, told_again."""


def may_see(actor: Actor) -> bool:
    """Whether this person sees any figures."""
    return bool(actor.roles.intersection(SEES_FIGURES))


def figures(*, actor: Actor, of: str = "week") -> Figures:
    """The figures of one of `PERIODS` over the desks that the actor leads, administers or coordinates.

    Leaves an audit line in each organisation concerned. Raises NotFound for an unknown period or without such a role.
    """
    times = spans(clock.now())
    if not may_see(actor) or of not in times:
        raise NotFound("figures")
    with transaction() as session:
        desks = session.scalars(select(Service).where(_within(actor)).order_by(Service.id)).all()
        for organisation_id in sorted({desk.organisation_id for desk in desks}):
            audit.record(
                session,
                organisation_id=organisation_id,
                actor=actor.pseudonym,
                action="figures",
                subject=of,
            )
        counts, telling = _counted([desk.id for desk in desks], of, times)
    return _shown(desks, times[of], counts, telling)


def _shown(desks: Sequence[Service], span: Span, counts: Counts, telling: Mapping[str, set[Cell]]) -> Figures:
    with_any = [desk for desk in desks if any(counts["desks", (str(desk.id), name)] for name in COLUMNS)]
    rows = {
        str(desk.id): {name: counts["desks", (str(desk.id), name)] for name in COLUMNS} for desk in with_any
    }
    found = table(rows, STATES, "received", BESIDE, telling["desks"])
    total_shown = found[SUM]["received"] is not None

    def split(part: str, *, total_shown: bool = total_shown, names: Sequence[str] = ()) -> dict[str, Shown]:
        values = dict.fromkeys(names, 0) | {
            cell[1]: n for (where, cell), n in counts.items() if where == part
        }
        return parts(values, total_shown=total_shown, besides=telling[part])

    return Figures(
        *span,
        desks=tuple(DeskFigures(desk.id, desk.names, found[str(desk.id)]) for desk in with_any),
        all_desks=found[SUM],
        topics=_most_first(split("topics")),
        languages=_most_first(split("languages")),
        afterwards=split("helped", total_shown=True, names=("helped", "not_helped"))
        | split("told", total_shown=True, names=("told_once", "told_again")),
    )


def _counted(
    service_ids: Sequence[int], of: str, times: Mapping[str, Span]
) -> tuple[Counts, Mapping[str, set[Cell]]]:
    """The counts of a period, and by part the cells of which a longer period's number would tell a small count.

    That is all that periods tell of each other: what is hidden of each cannot be worked out from its own numbers, and
    no sum joins the numbers of two.
    """
    differences = around(of, times)
    wanted = {of, *(name for one in differences for name in (*one.longer, *one.shorter))}
    by_period = {name: counted(service_ids, times[name]) for name in sorted(wanted)}
    telling: dict[str, set[Cell]] = {part: set() for part in PARTS}
    for part, cell in by_period[of]:

        def count_in(period: str, where: tuple[str, Cell] = (part, cell)) -> int:
            return by_period[period][where]

        if any(is_small(one.count(count_in)) for one in differences):
            telling[part].add(cell)
    return by_period[of], telling


def _most_first(kept: Mapping[str, Shown]) -> tuple[tuple[str, Shown], ...]:
    """Hidden ones last by name, so that their order tells nothing."""
    return tuple(sorted(kept.items(), key=lambda pair: (-(pair[1] or 0), pair[0])))


def _within(actor: Actor) -> ColumnElement[bool]:
    led = [service_id for service_id, role in actor.services.items() if role == "lead"]
    return Service.id.in_(led) | Service.organisation_id.in_(actor.organisations_as(*SEES_FIGURES))
