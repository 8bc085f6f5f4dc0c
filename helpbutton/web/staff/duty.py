"""The roster: who is on duty at a desk in two weeks, substitutes, and who is away."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, abort, g, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from helpbutton import clock
from helpbutton.errors import Conflict, FieldError, Invalid, NotFound
from helpbutton.staff import absences, roster
from helpbutton.staff.queries import members_of
from helpbutton.staff.roster import Planned, RosterDesk, ShiftRemoved, ShiftRow
from helpbutton.web.numbers import row_id
from helpbutton.web.policy import policy
from helpbutton.web.staff.frame import staff_blueprint, staff_page

bp = staff_blueprint("duty", __name__)

DAYS = 14
ID = re.compile(r"\d{1,18}", re.ASCII)
NEW, AWAY = "new", "away"


@dataclass(frozen=True)
class Day:
    """A day of the roster with the shifts that begin on it; on the first day also those that are going on."""

    date: dt.date
    shifts: Sequence[ShiftRow]


@bp.get("/duty")
@policy("staff")
def show() -> Response:
    """Two weeks of one desk."""
    return _page(_desk())


@bp.post("/duty/shifts")
@policy("staff")
def add() -> AnyResponse:
    """One shift more."""
    desk = _desk()
    try:
        roster.add_shift(actor=g.actor, service_id=desk.id, planned=_planned())
    except Invalid as refusal:
        return _page(desk, status=422, failed=NEW, errors=refusal.errors)
    return _back(desk.id)


@bp.post("/duty/shifts/<int:shift_id>")
@policy("staff")
def change(shift_id: int) -> AnyResponse:
    """Another time, a substitute, or (the button `remove`) no shift."""
    desk, version = _desk_of_form(), request.form.get("version", -1, type=row_id)
    asked = {"actor": g.actor, "service_id": desk.id, "shift_id": shift_id, "version": version}
    try:
        if "remove" in request.form:
            roster.remove_shift(**asked)
        else:
            roster.change_shift(**asked, planned=_planned())
    except Invalid as refusal:
        return _page(desk, status=422, failed=str(shift_id), errors=refusal.errors)
    except ShiftRemoved:
        return _page(desk, status=409, failed=NEW)
    except Conflict:
        return _page(desk, status=409, failed=str(shift_id))
    return _back(desk.id)


@bp.post("/duty/absences")
@policy("staff")
def add_absence() -> AnyResponse:
    """Somebody is away."""
    desk = _desk()
    account_id = id_of("away_account") if desk.keeps else g.actor.account_id
    try:
        first, last = _date("starts_on"), _date("ends_on")
        absences.add_absence(actor=g.actor, account_id=account_id, starts_on=first, ends_on=last)
    except Invalid as refusal:
        return _page(desk, status=422, failed=AWAY, errors=refusal.errors)
    return _back(desk.id)


@bp.post("/duty/absences/<int:absence_id>/remove")
@policy("staff")
def remove_absence(absence_id: int) -> AnyResponse:
    """Not away after all; an absence that the page would no longer show counts as removed."""
    desk = _desk_of_form()
    try:
        absences.remove_absence(actor=g.actor, absence_id=absence_id)
    except NotFound:
        if any(row.id == absence_id for row in absences.absences_of(actor=g.actor, service_id=desk.id)):
            raise
    return _back(desk.id)


def _page(
    desk: RosterDesk, *, status: int = 200, failed: str | None = None, errors: Sequence[FieldError] = ()
) -> Response:
    first = _first_day()
    return staff_page(
        "staff/duty.html",
        status=status,
        desk=desk,
        desks=roster.roster_desks(g.actor),
        days=_days(desk.id, first),
        earlier=first - dt.timedelta(days=DAYS) if first > clock.today() else None,
        later=first + dt.timedelta(days=DAYS),
        people=members_of(desk.id),
        away=absences.absences_of(actor=g.actor, service_id=desk.id),
        local_field=lambda moment: f"{clock.local(moment):%Y-%m-%dT%H:%M}",
        failed=failed,
        wrong={error.field: error for error in errors},
        typed=_typed(failed),
        done="done" in request.args,
    )


def _typed(failed: str | None) -> Mapping[str, str]:
    return request.form if failed else {}


def _days(service_id: int, first: dt.date) -> list[Day]:
    """The days from `first` on, each with its shifts."""
    start = dt.datetime.combine(first, dt.time(), tzinfo=clock.HELSINKI)
    dates = [first + dt.timedelta(days=at) for at in range(DAYS)]
    end = dt.datetime.combine(dates[-1] + dt.timedelta(days=1), dt.time(), tzinfo=clock.HELSINKI)
    found: dict[dt.date, list[ShiftRow]] = {date: [] for date in dates}
    for shift in roster.shifts_of(actor=g.actor, service_id=service_id, first=start, last=end):
        found[max(first, clock.local(shift.starts_at).date())].append(shift)
    return [Day(date, shifts) for date, shifts in found.items()]


def _first_day() -> dt.date:
    """The day that the address asks for, from today until within a year; otherwise today."""
    today = clock.today()
    try:
        asked = dt.date.fromisoformat(request.values.get("from", ""))
    except ValueError:
        return today
    return asked if today <= asked < today + dt.timedelta(days=366) else today


def _desk() -> RosterDesk:
    asked = id_of("desk")
    if asked is not None:
        return roster.roster_desk(g.actor, asked)
    desks = roster.roster_desks(g.actor)
    if not desks:
        abort(403)
    return next((desk for desk in desks if desk.id in g.actor.services), desks[0])


def _desk_of_form() -> RosterDesk:
    """The desk whose page the form was on, which tells where a thing was that is gone. Raises NotFound."""
    return roster.roster_desk(g.actor, id_of("desk") or 0)


def id_of(field: str) -> int | None:
    """The id that a field or the address names, None when it is empty; 0, which nothing has, for what is no id."""
    typed = request.values.get(field, "")
    if not typed:
        return None
    return int(typed) if ID.fullmatch(typed) else 0


def _planned() -> Planned:
    return Planned(id_of("account"), _moment("starts_at"), _moment("ends_at"))


def _moment(field: str) -> dt.datetime | None:
    """The local moment in a field of the form, aware; None when it is empty. Raises Invalid."""
    typed = request.form.get(field, "")
    if not typed:
        return None
    try:
        local = dt.datetime.strptime(typed, "%Y-%m-%dT%H:%M").replace(tzinfo=clock.HELSINKI)
        return local.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        raise Invalid(FieldError(field, "format")) from None


def _date(field: str) -> dt.date | None:
    """The date in a field of the form; None when it is empty. Raises Invalid."""
    try:
        typed = request.form.get(field, "")
        return dt.date.fromisoformat(typed) if typed else None
    except ValueError:
        raise Invalid(FieldError(field, "format")) from None


def _back(service_id: int) -> AnyResponse:
    first = _first_day()
    address: dict[str, Any] = {"desk": service_id, "done": 1}
    if first != clock.today():
        address["from"] = first.isoformat()
    return redirect(url_for(".show", **address), 303)
