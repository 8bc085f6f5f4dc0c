"""What lies beside a case: help outside that the family is told of, and other cases that belong to it."""

from functools import partial

from flask import request
from werkzeug.wrappers import Response as AnyResponse

from helpbutton.cases import lifecycle, links, referral
from helpbutton.web.policy import policy
from helpbutton.web.staff.case_page import case_blueprint, make_move, token_of_form, version_of_form

bp = case_blueprint("linking", __name__)


@bp.post("/cases/<number>/refer")
@policy("staff")
def refer(number: str) -> AnyResponse:
    """Tell the family of help outside."""
    name, how = request.form.get("name", ""), request.form.get("how", "")
    told = partial(referral.refer, name=name, how=how, token=token_of_form())
    return make_move("refer", number, told, anchor="refer")


@bp.post("/cases/<number>/refer/<int:referral_id>/remove")
@policy("staff")
def remove_referral(number: str, referral_id: int) -> AnyResponse:
    """The family does not see it any more."""
    return make_move(
        "refer", number, partial(referral.remove_referral, referral_id=referral_id), anchor="refer"
    )


@bp.post("/cases/<number>/link")
@policy("staff")
def link(number: str) -> AnyResponse:
    """Another case belongs to this one."""
    linked = partial(links.link, other=request.form.get("other", ""))
    return make_move("link", number, linked, anchor="link")


@bp.post("/cases/<number>/unlink")
@policy("staff")
def unlink(number: str) -> AnyResponse:
    """It does not after all."""
    return make_move(
        "link", number, partial(links.unlink, other=request.form.get("other", "")), anchor="link"
    )


@bp.post("/cases/<number>/duplicate")
@policy("staff")
def close_as_duplicate(number: str) -> AnyResponse:
    """The same person sent the same request twice: this one is closed, the other is answered."""
    closed = partial(
        links.close_as_duplicate,
        version=version_of_form(),
        other=request.form.get("other", ""),
        same_sender="same_sender" in request.form,
    )
    return make_move(
        "duplicate", number, closed, anchor="link", reached=lambda case: case.outcome == lifecycle.DUPLICATE
    )
