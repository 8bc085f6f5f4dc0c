"""Members: whom an administrator or a lead invites, what roles they have, links for a new password, disabling."""

import re

from flask import Response, abort, g, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from helpbutton.cases import left_behind
from helpbutton.errors import Conflict, Invalid, NotFound
from helpbutton.staff import members
from helpbutton.staff.invitations import invited
from helpbutton.staff.member_list import member, members_of, places_of
from helpbutton.staff.members import Place
from helpbutton.web.policy import policy
from helpbutton.web.sign_in.invitation import address_of_link
from helpbutton.web.sign_in.letter import send_link
from helpbutton.web.sign_in.step_up import fresh
from helpbutton.web.staff.frame import staff_blueprint, staff_page

bp = staff_blueprint("members", __name__)

ROLE_AT = re.compile(r"(?P<role>[a-z_]+)@(?P<kind>service|organisation):(?P<id>\d{1,18})", re.ASCII)


@bp.get("/members")
@policy("staff")
def show() -> Response:
    """Everybody with a role that the actor keeps."""
    _keepers_only()
    return _show(done=request.args.get("done", ""))


@bp.post("/members/invite")
@policy("staff")
@fresh
def invite() -> AnyResponse:
    """A new account and its invitation, which is shown this once."""
    _keepers_only()
    typed = {name: request.form.get(name, "") for name in ("email", "name", "language", "role_at")}
    role, place = _role_at(typed["role_at"])
    try:
        account_id, secret = members.invite(
            actor=g.actor,
            email=typed["email"],
            name=typed["name"],
            language=typed["language"],
            role=role,
            place=place,
        )
    except Invalid as error:
        return _show(status=422, errors=error.errors, typed=typed)
    if secret is None:
        return redirect(url_for(".show", done="had_account"), 303)
    return hand_over(account_id, secret)


@bp.get("/members/<int:account_id>")
@policy("staff")
def one(account_id: int) -> Response:
    """One person: roles, links, disabling."""
    return _one(account_id, done=request.args.get("done", ""))


@bp.post("/members/<int:account_id>/roles")
@policy("staff")
@fresh
def add_role(account_id: int) -> AnyResponse:
    """One role more."""
    role, place = _role_at(request.form.get("role_at", ""))
    try:
        members.add_role(actor=g.actor, account_id=account_id, role=role, place=place)
    except (Invalid, Conflict):
        return _one(account_id, status=409, problem="not_possible")
    return _saved(account_id)


@bp.post("/members/<int:account_id>/roles/<int:membership_id>/remove")
@policy("staff")
@fresh
def remove_role(account_id: int, membership_id: int) -> AnyResponse:
    """One role fewer, from the next click on."""
    try:
        left_behind.remove_role(actor=g.actor, account_id=account_id, membership_id=membership_id)
    except Conflict:
        return _one(account_id, status=409, problem="not_possible")
    return _saved(account_id)


@bp.post("/members/<int:account_id>/active")
@policy("staff")
@fresh
def set_active(account_id: int) -> AnyResponse:
    """Disable an account, whose sessions end at once and whose cases go back, or enable it again."""
    change = members.enable if "active" in request.form else left_behind.disable
    try:
        change(actor=g.actor, account_id=account_id)
    except Conflict:
        return _one(account_id, status=409, problem="not_possible")
    return _saved(account_id)


@bp.post("/members/<int:account_id>/link")
@policy("staff")
@fresh
def link(account_id: int) -> AnyResponse:
    """A link for a new password or, after losing the second factor, a new beginning; shown this once."""
    again = "again" in request.form
    try:
        issue = members.invite_again if again else members.password_link
        secret = issue(actor=g.actor, account_id=account_id)
    except Conflict:
        return _one(account_id, status=409, problem="not_possible")
    return hand_over(account_id, secret)


def _show(*, status: int = 200, **context: object) -> Response:
    return staff_page(
        "staff/members.html",
        status=status,
        members=members_of(g.actor),
        places=places_of(g.actor),
        **context,
    )


def _one(account_id: int, *, status: int = 200, **context: object) -> Response:
    return staff_page(
        "staff/member.html",
        status=status,
        person=member(g.actor, account_id),
        places=places_of(g.actor),
        administers=bool(g.actor.organisations_as("administrator")),
        **context,
    )


def hand_over(account_id: int, secret: str, *, back: str = "") -> Response:
    """Sent by e-mail where there is a mail server that takes it, else shown this once; `back` leads to the guide."""
    link_for, address = invited(secret), address_of_link(secret)
    return staff_page(
        "staff/members_link.html",
        person=member(g.actor, account_id),
        address=None if send_link(link_for, address) else address,
        purpose=link_for.purpose,
        back=back,
    )


def _role_at(value: str) -> tuple[str, Place]:
    """A role and its place as the forms write them: worker@service:12."""
    found = ROLE_AT.fullmatch(value)
    if found is None:
        return "", Place(None, None)
    number = int(found["id"])
    return found["role"], Place(number, None) if found["kind"] == "service" else Place(None, number)


def _keepers_only() -> None:
    if not members.keeps_members(g.actor):
        abort(403)


def _saved(account_id: int) -> AnyResponse:
    """Back to the person, or to the list when no role of theirs is kept here any more."""
    try:
        member(g.actor, account_id)
    except NotFound:
        return redirect(url_for(".show", done="saved"), 303)
    return redirect(url_for(".one", account_id=account_id, done="saved"), 303)
