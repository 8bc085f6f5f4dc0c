"""Rosters in calendars: an address from which they are fetched, and calendar files whose shifts are loaded."""

import datetime as dt
import json
from collections.abc import Sequence

from flask import Response, abort, g, make_response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from helpbutton import i18n, settings
from helpbutton.errors import FieldError, NotFound
from helpbutton.staff import duty_feed, duty_import, roster
from helpbutton.staff.duty_calendar import MOST_EVENTS, NotACalendar, read
from helpbutton.staff.duty_import import Line
from helpbutton.staff.roster import Planned, RosterDesk
from helpbutton.vault import tokens
from helpbutton.web.numbers import row_id
from helpbutton.web.policy import policy
from helpbutton.web.sign_in.step_up import fresh
from helpbutton.web.staff.duty import id_of
from helpbutton.web.staff.frame import staff_blueprint, staff_page

bp = staff_blueprint("duty_files", __name__)

MOST_BYTES = 1_000_000
PURPOSE, VALID_FOR = "duty import", dt.timedelta(hours=1)


@bp.url_value_preprocessor
def _take_larger_files(_endpoint: str | None, _values: dict[str, object] | None) -> None:
    """Before the form is read, which the check of its token does."""
    request.max_content_length = request.max_form_memory_size = MOST_BYTES


@bp.get("/duty/calendars")
@policy("staff")
def show() -> Response:
    """Whether the desk has an address, and the form for a file."""
    return _page(_desk())


@bp.post("/duty/feed")
@policy("staff")
@fresh
def make() -> Response:
    """A new address, which is shown this once; the earlier one works no more."""
    desk = _desk()
    token = duty_feed.make_feed(actor=g.actor, service_id=desk.id)
    address = f"{settings.current().public_url}{url_for('.feed', token=token, lang=None)}"
    return _page(desk, address=address)


@bp.post("/duty/feed/end")
@policy("staff")
def end() -> AnyResponse:
    """The address works no more."""
    desk = _desk()
    duty_feed.end_feed(actor=g.actor, service_id=desk.id)
    return redirect(url_for(".show", desk=desk.id, done="ended"), 303)


@bp.get("/duty/feed/<token>.ics")
@policy("public")
def feed(token: str) -> Response:
    """The roster for a calendar: times and names."""
    try:
        content = duty_feed.calendar_of(token, i18n.WRITTEN[0])
    except NotFound:
        return make_response("", 404)
    answer = make_response(content)
    answer.headers["Content-Type"] = "text/calendar; charset=utf-8"
    return answer


@bp.post("/duty/import")
@policy("staff")
def trial() -> Response:
    """What a calendar file would do; nothing is stored."""
    desk, upload = _desk(), request.files.get("file")
    try:
        entries = read(upload.read(MOST_BYTES) if upload is not None else b"")
    except NotACalendar:
        return _page(desk, status=422, errors=[FieldError("file", "calendar_file", {"limit": MOST_EVENTS})])
    lines = duty_import.lines_of(actor=g.actor, service_id=desk.id, entries=entries)
    return _page(desk, lines=lines, shifts=_sealed(desk, lines))


@bp.post("/duty/import/load")
@policy("staff")
def load() -> AnyResponse:
    """Add the shifts that were looked at."""
    desk = _desk()
    try:
        carried = tokens.unseal(PURPOSE, request.form.get("shifts", ""), valid_for=VALID_FOR)
    except (tokens.BadToken, tokens.ExpiredToken):
        abort(400)
    if carried["for"] != _whose(desk):
        abort(400)
    added = duty_import.add_shifts(
        actor=g.actor, service_id=desk.id, planned=[_planned(row) for row in json.loads(carried["shifts"])]
    )
    return redirect(url_for(".show", desk=desk.id, done="loaded", added=added), 303)


def _page(
    desk: RosterDesk,
    *,
    status: int = 200,
    address: str | None = None,
    lines: Sequence[Line] | None = None,
    shifts: str = "",
    errors: Sequence[FieldError] = (),
) -> Response:
    return staff_page(
        "staff/duty_calendars.html",
        status=status,
        desk=desk,
        since=duty_feed.feed_since(desk.id),
        address=address,
        lines=lines,
        good=sum(not line.errors for line in lines or ()),
        shifts=shifts,
        errors=errors,
        done=request.args.get("done"),
        added=request.args.get("added", 0, type=row_id),
    )


def _desk() -> RosterDesk:
    """The desk of the form or address, whose roster the actor keeps. Raises NotFound."""
    desk = roster.roster_desk(g.actor, id_of("desk") or 0)
    if not desk.keeps:
        raise NotFound("desk")
    return desk


def _sealed(desk: RosterDesk, lines: Sequence[Line]) -> str:
    """The good lines, sealed, for the button that loads them."""
    good = [line.planned for line in lines if not line.errors]
    rows = [
        (one.account_id, one.starts_at.isoformat(), one.ends_at.isoformat())
        for one in good
        if one.starts_at is not None and one.ends_at is not None
    ]
    return tokens.seal(PURPOSE, {"for": _whose(desk), "shifts": json.dumps(rows)})


def _planned(row: tuple[int, str, str]) -> Planned:
    account_id, starts_at, ends_at = row
    return Planned(account_id, dt.datetime.fromisoformat(starts_at), dt.datetime.fromisoformat(ends_at))


def _whose(desk: RosterDesk) -> str:
    return f"{g.actor.account_id}/{desk.id}"
