"""The case page and the moves that start from it."""

from functools import partial

from flask import g, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from helpbutton.cases import handling, lifecycle
from helpbutton.cases.handovers import is_offered
from helpbutton.cases.queries import open_case
from helpbutton.conversation import operations as conversation
from helpbutton.errors import NotFound
from helpbutton.web.policy import policy
from helpbutton.web.staff.case_page import (
    case_blueprint,
    case_page,
    make_move,
    token_of_form,
    version_of_form,
)

bp = case_blueprint("case", __name__)


@bp.get("/cases/<number>")
@policy("staff")
def show(number: str) -> AnyResponse:
    """Everything about one case; the look is on record. One that is offered to the actor's desk is shown as such."""
    try:
        return case_page(open_case(actor=g.actor, number=number))
    except NotFound:
        if not is_offered(actor=g.actor, number=number):
            raise
    return redirect(url_for("offers.show", number=number), 303)


@bp.post("/cases/<number>/take")
@policy("staff")
def take(number: str) -> AnyResponse:
    """The actor answers it from now on."""
    taken = partial(handling.take, version=version_of_form())
    return make_move("take", number, taken, reached=lambda case: case.mine)


@bp.post("/cases/<number>/release")
@policy("staff")
def release(number: str) -> AnyResponse:
    """Back to the desk."""
    released = partial(handling.release, version=version_of_form())
    return make_move("release", number, released, reached=lambda case: case.assigned_to is None)


@bp.post("/cases/<number>/note")
@policy("staff")
def note(number: str) -> AnyResponse:
    """A note that the family never sees."""
    written = partial(conversation.write_note, body=request.form.get("body", ""), token=token_of_form())
    return make_move("note", number, written, anchor="thread")


@bp.post("/cases/<number>/close")
@policy("staff")
def close(number: str) -> AnyResponse:
    """Close with an outcome."""
    outcome = request.form.get("outcome", "")
    closed = partial(handling.close, version=version_of_form(), outcome=outcome)
    return make_move(
        "close", number, closed, reached=lambda case: case.outcome is not None and case.outcome == outcome
    )


@bp.post("/cases/<number>/not-spam")
@policy("staff")
def release_quarantine(number: str) -> AnyResponse:
    """A person sent it: its text messages go out."""
    released = partial(handling.release_quarantine, version=version_of_form())
    return make_move("not_spam", number, released, reached=lambda case: not case.quarantined)


@bp.post("/cases/<number>/spam")
@policy("staff")
def close_as_spam(number: str) -> AnyResponse:
    """No person sent it: closed."""
    closed = partial(handling.close_as_spam, version=version_of_form())
    return make_move("spam", number, closed, reached=lambda case: case.outcome == lifecycle.SPAM)


@bp.post("/cases/<number>/proposal")
@policy("staff")
def keep_here(number: str) -> AnyResponse:
    """The case stays here, although another organisation's desk is proposed."""
    kept = partial(handling.decline_proposal, version=version_of_form())
    return make_move("proposal", number, kept)
