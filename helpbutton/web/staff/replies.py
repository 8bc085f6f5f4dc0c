"""The saved replies of a desk: its leads write them, everybody at the desk inserts them."""

from collections.abc import Mapping, Sequence

from flask import Response, abort, g, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from helpbutton.conversation import saved_replies
from helpbutton.conversation.saved_replies import Wording
from helpbutton.directory import queries as directory
from helpbutton.errors import Conflict, FieldError, Invalid
from helpbutton.i18n import LANGUAGES
from helpbutton.web.numbers import row_id
from helpbutton.web.policy import policy
from helpbutton.web.public.choices import AUTONYMS
from helpbutton.web.staff.frame import staff_blueprint, staff_page

bp = staff_blueprint("replies", __name__)

NEW = "new"


@bp.get("/replies")
@policy("staff")
def show() -> Response:
    """All of one desk."""
    return _page(_desk())


@bp.post("/replies")
@policy("staff")
def add() -> AnyResponse:
    """One more."""
    service_id = _desk()
    try:
        saved_replies.add_reply(actor=g.actor, service_id=service_id, wording=_typed())
    except Invalid as refusal:
        return _page(service_id, status=422, failed=NEW, errors=refusal.errors, typed=request.form)
    return redirect(url_for(".show", desk=service_id, done="saved"), 303)


@bp.post("/replies/<int:reply_id>")
@policy("staff")
def change(reply_id: int) -> AnyResponse:
    """Other words for one, or no longer any (the button `remove`)."""
    service_id = saved_replies.desk_of(actor=g.actor, reply_id=reply_id)
    version = request.form.get("version", -1, type=row_id)
    removing = "remove" in request.form
    failed = str(reply_id)
    try:
        if removing:
            saved_replies.remove_reply(actor=g.actor, reply_id=reply_id, version=version)
        else:
            saved_replies.change_reply(actor=g.actor, reply_id=reply_id, version=version, wording=_typed())
    except Invalid as refusal:
        return _page(service_id, status=422, failed=failed, errors=refusal.errors, typed=request.form)
    except Conflict:
        return _page(service_id, status=409, failed=failed, typed=request.form)
    return redirect(url_for(".show", desk=service_id, done="removed" if removing else "saved"), 303)


def _page(
    service_id: int,
    *,
    status: int = 200,
    failed: str | None = None,
    errors: Sequence[FieldError] = (),
    typed: Mapping[str, str] | None = None,
) -> Response:
    return staff_page(
        "staff/replies.html",
        status=status,
        desks=saved_replies.kept_by(g.actor),
        service_id=service_id,
        rows=saved_replies.replies_of(actor=g.actor, service_id=service_id),
        topics=[topic.id for topic in directory.topics()],
        tongues=[(code, AUTONYMS[code]) for code in LANGUAGES],
        failed=failed,
        wrong={error.field: error for error in errors},
        typed=typed or {},
        done=request.args.get("done"),
        new=NEW,
    )


def _desk() -> int:
    mine = [service_id for service_id, _names in saved_replies.kept_by(g.actor)]
    if not mine:
        abort(403)
    asked = request.values.get("desk", type=row_id)
    if asked is not None and asked not in mine:
        abort(404)
    return asked or mine[0]


def _typed() -> Wording:
    form = request.form
    return Wording(
        form.get("topic") or None, form.get("language", ""), form.get("title", ""), form.get("body", "")
    )
