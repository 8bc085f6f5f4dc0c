"""The page of open help nearby, framed and full: to look without writing anything."""

from flask import Blueprint, Response, g, request, url_for

from helpbutton.directory import queries as directory
from helpbutton.directory.languages import site_for_families
from helpbutton.errors import NotFound
from helpbutton.web.pages import choose_language, page
from helpbutton.web.policy import policy
from helpbutton.web.public import choices, form_pages, open_help

bp = Blueprint("nearby", __name__)


@bp.get("/embed/<site>/nearby", defaults={"framed": True})
@bp.get("/ask/<site>/nearby", defaults={"framed": False})
@policy("public")
def nearby(site: str, framed: bool) -> Response:
    """All open help for `municipality`, or for the site's own; stores and logs nothing."""
    try:
        found = site_for_families(site)
    except NotFound:
        return form_pages.unknown_site()
    g.frame_ancestors = form_pages.ancestors(found) if framed else []
    language = request.args.get("switch", "")
    if language not in found.languages:
        language = choose_language(request, found.languages[0], found.languages)
    municipality = request.args.get("municipality")
    try:
        shown = open_help.near(found, municipality=municipality, language=language, few=False)
    except NotFound:
        shown = open_help.near(found, language=language, few=False)
    return page(
        "public/nearby.html",
        language=language,
        site=found,
        framed=framed,
        origins=form_pages.ancestors(found),
        open_help=shown,
        full=True,
        municipalities=form_pages.municipality_names(language),
        place=form_pages.place_label(shown.place, language),
        autonyms=choices.AUTONYMS,
        action=url_for("nearby.nearby", site=found.key, framed=framed),
        form_address=url_for("form.ask", site=found.key, framed=framed, lang=language),
        help_lines=directory.help_lines(language=language),
    )
