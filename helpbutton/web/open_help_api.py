"""Open help in the JSON API, for a county's own app or a municipality's page."""

import datetime as dt
from typing import Any

from flask import Blueprint, Response, jsonify, request

from helpbutton import clock
from helpbutton.activities.queries import OpenHelp, open_help
from helpbutton.directory import queries as directory
from helpbutton.directory.queries import in_language
from helpbutton.errors import NotFound
from helpbutton.web.api import problem
from helpbutton.web.open_help_words import next_words
from helpbutton.web.pages import choose_language
from helpbutton.web.policy import policy

bp = Blueprint("open_help_api", __name__, url_prefix="/api/v1")


@bp.get("/sites/<site>/open-help")
@policy("public")
def get_open_help(site: str) -> Response:
    """`{"open_help": [...]}` for `municipality` (the site's own when missing); optional `role`, `age_group`, `lang`."""
    asked = request.args
    now = clock.now()
    try:
        found = directory.site(site)
        language = choose_language(request, found.languages[0], found.languages)
        items = open_help(
            asked.get("municipality") or found.municipality,
            language=language,
            role=asked.get("role"),
            age_group=asked.get("age_group"),
            at=now,
        )
    except NotFound:
        return problem(404)
    return jsonify(open_help=[_as_json(item, now, language) for item in items])


def _as_json(item: OpenHelp, now: dt.datetime, language: str) -> dict[str, Any]:
    def text(names: dict[str, str]) -> str | None:
        return in_language(names, language) if names else None

    named = ("place", "address", "what", "for_whom", "cost", "accessibility")
    place = item.municipality
    return {
        "key": item.key,
        "kind": item.kind,
        "near": item.near,
        "name": text(dict(item.names)),
        "organisation": text(dict(item.owner_names)),
        **{name: text(dict(getattr(item, name))) for name in named},
        "municipality": {"code": place.code, "name": in_language(place.names, language)} if place else None,
        "phone": item.phone,
        "url": item.url,
        "age_groups": list(item.age_groups),
        "languages": list(item.languages),
        "drop_in": item.drop_in,
        "times": [
            {"rule": slot.rule, "begins": f"{slot.begins:%H:%M}", "ends": f"{slot.ends:%H:%M}"}
            for slot in item.schedule.slots
        ],
        "next": {
            "begins": item.next.begins.isoformat(timespec="seconds"),
            "ends": item.next.ends.isoformat(timespec="seconds"),
            "in_words": next_words(item.next, at=now, language=language),
        },
        "last_confirmed": item.last_confirmed.isoformat(),
    }
