"""Daily work from the case page: give it to a colleague, put right where it belongs, note tries, see who is here."""

import datetime as dt
from collections.abc import Callable
from functools import partial

from flask import Response, abort, g, jsonify, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from helpbutton import i18n
from helpbutton.cases import assigning, attempts, correcting, reminders
from helpbutton.cases.beside import be_there
from helpbutton.cases.queries import CasePage
from helpbutton.clock import HELSINKI
from helpbutton.errors import FieldError, Invalid
from helpbutton.web.numbers import row_id
from helpbutton.web.policy import policy
from helpbutton.web.staff.case_page import case_blueprint, make_move, token_of_form, version_of_form
from helpbutton.web.staff.case_work import beside_words
from helpbutton.web.staff.frame import staff_blueprint, staff_language, staff_page

bp = case_blueprint("work", __name__)
reminders_bp = staff_blueprint("reminders", __name__)


@bp.post("/cases/<number>/assign")
@policy("staff")
def assign(number: str) -> AnyResponse:
    """A colleague of the desk has it from now on, and accepts it or gives it back."""
    colleague = request.form.get("colleague", -1, type=row_id)
    given = partial(assigning.assign, version=version_of_form(), colleague=colleague)
    return make_move("assign", number, given, reached=lambda case: _has_it(case, colleague))


@bp.post("/cases/<number>/assignment")
@policy("staff")
def settle_assignment(number: str) -> AnyResponse:
    """The actor accepts what a colleague gave them, or gives it back; an unknown button is 400."""
    moves: dict[str, Callable[..., None]] = {
        "accept": assigning.accept,
        "give_back": partial(assigning.give_back, reason=request.form.get("given_back", "")),
    }
    asked = request.form.get("act", "")
    if asked not in moves:
        abort(400)
    return make_move(
        "assignment", number, moves[asked], reached=lambda case: case.mine == (asked == "accept")
    )


@bp.post("/cases/<number>/correct")
@policy("staff")
def correct(number: str) -> AnyResponse:
    """Another topic or urgency, or both."""
    corrected = partial(
        correcting.correct,
        version=version_of_form(),
        topic=request.form.get("topic") or None,
        urgency=request.form.get("urgency") or None,
    )
    return make_move("correct", number, corrected, anchor="why")


@bp.post("/cases/<number>/desk")
@policy("staff")
def put_on_desk(number: str) -> AnyResponse:
    """To the right desk of the same organisation, at once."""
    desk = request.form.get("right_desk", -1, type=row_id)
    response = make_move(
        "desk", number, partial(correcting.put_on_desk, version=version_of_form(), service=desk)
    )
    if response.status_code == 303 and desk not in g.actor.services:
        return redirect(url_for("worklist.show", done="forwarded"), 303)
    return response


@bp.post("/cases/<number>/attempt")
@policy("staff")
def note_attempt(number: str) -> AnyResponse:
    """Somebody tried to reach the family, and this came of it."""

    def noted(*, actor: object, number: str) -> None:
        attempts.note_attempt(
            actor=g.actor,
            number=number,
            how=request.form.get("how", ""),
            result=request.form.get("result", ""),
            again_at=_moment("again_at"),
            token=token,
        )

    token = token_of_form()
    return make_move("attempts", number, noted, anchor="attempts")


@bp.post("/cases/<number>/reminder")
@policy("staff")
def add_reminder(number: str) -> AnyResponse:
    """A date to be reminded of, for the actor or the desk."""

    def added(*, actor: object, number: str) -> None:
        reminders.add_reminder(
            actor=g.actor,
            number=number,
            words=request.form.get("reminder_words", ""),
            due_at=_moment("due_at"),
            for_desk=request.form.get("whose") == "desk",
            token=token,
        )

    token = token_of_form()
    return make_move("reminders", number, added, anchor="reminders")


@bp.post("/cases/<number>/beside")
@policy("staff")
def beside(number: str) -> Response:
    """The page is open here; who else has it open, and whether something has happened since it was made."""
    found, language = be_there(actor=g.actor, number=number), staff_language()
    known = request.form.get("events", found.events, type=row_id)
    changed = i18n.gettext(language, "Something has happened to this case. Show how it is now.")
    return jsonify(
        {"words": beside_words(found.names, language), "changed": changed if found.events != known else ""}
    )


@reminders_bp.get("/reminders")
@policy("staff")
def show_reminders() -> Response:
    """What one is to be reminded of, in all cases, the earliest first."""
    if not g.actor.services:
        abort(403)
    return staff_page("staff/reminders.html", rows=reminders.open_reminders(actor=g.actor))


@reminders_bp.post("/reminders/<int:reminder_id>/done")
@policy("staff")
def finish(reminder_id: int) -> AnyResponse:
    """It is done. Leads back to where the button was."""
    number = reminders.finish_reminder(actor=g.actor, reminder_id=reminder_id)
    if request.form.get("back") == "case":
        return redirect(url_for("case.show", number=number, _anchor="reminders"), 303)
    return redirect(url_for(".show_reminders"), 303)


def _has_it(case: CasePage, colleague: int) -> bool:
    people = assigning.colleagues(service_id=case.desk.id, besides=())
    return case.assigned_to is not None and case.assigned_to == people.get(colleague)


def _moment(field: str) -> dt.datetime | None:
    """The local moment in a field of the form, aware; None when it is empty. Raises Invalid."""
    typed = request.form.get(field, "")
    if not typed:
        return None
    try:
        moment = dt.datetime.strptime(typed, "%Y-%m-%dT%H:%M").replace(tzinfo=HELSINKI)
        return moment.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        raise Invalid(FieldError(field, "format")) from None
