"""What leads, administrators and editors keep: the one page that leads to all of it."""

from collections.abc import Callable

from flask import Response, abort, g

from helpbutton.directory.help_lines import due_count
from helpbutton.directory.sites import edited_organisations
from helpbutton.reasons import N_
from helpbutton.staff.actor import Actor
from helpbutton.web.policy import policy
from helpbutton.web.staff.frame import OVERSEERS, staff_blueprint, staff_page

bp = staff_blueprint("manage", __name__)


def administrators(actor: Actor) -> bool:
    """Those who keep an organisation."""
    return bool(actor.organisations_as("administrator"))


def overseers(actor: Actor) -> bool:
    """Leads and administrators."""
    return bool(actor.roles & OVERSEERS)


def site_editors(actor: Actor) -> bool:
    """Those who keep buttons on pages."""
    return bool(edited_organisations(actor))


MANAGE: tuple[tuple[str, str, Callable[[Actor], bool]], ...] = (
    (N_("Organisations"), "organisations.index", administrators),
    (N_("Desks"), "services.index", overseers),
    (N_("Routes"), "routes.index", administrators),
    (N_("Who is told when nobody answers"), "ladders.index", administrators),
    (N_("Files of the directory"), "directory_files.index", administrators),
    (N_("Members"), "members.show", overseers),
    (N_("Buttons on pages"), "sites.index", site_editors),
    (N_("Text messages"), "sms_texts.show", administrators),
    (N_("Saved replies"), "replies.show", overseers),
    (N_("Languages"), "languages.show", administrators),
    (N_("Open help"), "activities.index", site_editors),
    (N_("Help lines"), "help_lines.show", administrators),
    (N_("Getting started"), "start.guide", administrators),
    (N_("Health of the installation"), "health_page.show", administrators),
    (N_("Accessibility feedback"), "feedback.show", administrators),
)
"""Name, endpoint and whom it is for, in the order of the page."""


@bp.get("/manage")
@policy("staff")
def index() -> Response:
    """Links to everything that this person keeps."""
    found = [(name, endpoint) for name, endpoint, who in MANAGE if who(g.actor)]
    if not found:
        abort(403)
    due = due_count() if administrators(g.actor) else 0
    return staff_page("staff/manage.html", links=found, help_lines_due=due)
