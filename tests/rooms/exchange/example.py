"""A small installation as a file: two organisations, and one row at least of every part."""

import copy
import json
from collections.abc import Callable
from typing import Any

from helpbutton.exchange.file import FORMAT

OWN, OTHER = "koti", "toinen"
DESK, OTHER_DESK = "koti-guidance", "toinen-guidance"


def ladder() -> dict[str, Any]:
    steps = [
        {"after_min": 0, "who": "duty", "channels": ["sms"]},
        {"after_min": 20, "who": "administrators", "channels": ["sms", "email"]},
    ]
    return {"nag_min": 15, "steps": steps}


def names(word: str) -> dict[str, str]:
    return {"fi": f"{word} fi", "sv": f"{word} sv", "en": word}


def desk(key: str, organisation: str) -> dict[str, Any]:
    return {
        "key": key,
        "organisation": organisation,
        "kind": "family_guidance",
        "names": names(key),
        "languages": ["fi", "sv"],
        "interpreters": True,
        "hours": {"mon": [["08:00", "12:00"], ["13:00", "16:00"]]},
        "open_on_holidays": False,
        "promise_days": 3,
        "promise_channel": "phone",
        "duty_number": "+358401234567",
        "alert_spacing_s": 300,
        "closures": ["2026-12-24"],
    }


def activity(key: str, organisation: str | None) -> dict[str, Any]:
    texts = {
        name: names(name) for name in ("owner_names", "names", "what", "for_whom", "cost", "place", "address")
    }
    return texts | {
        "key": key,
        "kind": "family_house",
        "owner_kind": "ngo",
        "municipality_code": "853",
        "phone": None,
        "url": "https://www.example.fi/talo",
        "age_groups": ["0-2"],
        "roles": [],
        "languages": ["fi"],
        "accessibility": {},
        "drop_in": True,
        "schedule": {
            "times": [{"rule": "FREQ=WEEKLY;BYDAY=TU", "begins": "09:00", "ends": "11:00"}],
            "exdates": ["2026-12-08"],
            "pauses": [["2026-12-21", "2027-01-06"]],
            "on_holidays": False,
        },
        "valid_from": "2026-01-07",
        "valid_to": None,
        "last_confirmed": "2026-10-01",
        "source": "the house itself",
        "organisation": organisation,
    }


def reply(title: str, service: str = DESK) -> dict[str, Any]:
    return {
        "service": service,
        "language": "fi",
        "title": title,
        "body": "Hei!\n\nSoitamme.",
        "topic": "bullying",
    }


WHOLE: dict[str, Any] = {
    "format": FORMAT,
    "organisations": [
        {"key": OWN, "kind": "county", "names": names("Koti")},
        {"key": OTHER, "kind": "ngo", "names": names("Toinen")},
    ],
    "services": [desk(DESK, OWN), desk(OTHER_DESK, OTHER)],
    "areas": [{"key": "south", "names": names("South"), "municipalities": ["853", "202"]}],
    "routes": [
        {"service": DESK, "county_code": "05"},
        {"service": OTHER_DESK, "area": "south", "topic": "bullying"},
    ],
    "sites": [
        {
            "key": "koti-page",
            "organisation": OWN,
            "municipality_code": "853",
            "names": names("Page"),
            "languages": ["fi", "sv", "en"],
            "phone": None,
            "origins": ["https://www.example.fi"],
            "promise_texts": {"fi": "Vastaamme pian."},
        }
    ],
    "saved_replies": [reply("Aika"), reply("Kiitos") | {"topic": None}, reply("Aika", OTHER_DESK)],
    "sms_texts": [
        {
            "organisation": OWN,
            "purpose": "nudge",
            "wording": "neutral",
            "language": "fi",
            "text": "Sinulle on viesti. Avaa se siellä, missä kysyit. {reference}",
        }
    ],
    "ladders": [
        {"organisation": OWN, "subject": "urgent", "ladder": ladder()},
        {"organisation": OWN, "subject": "first_contact", "ladder": ladder(), "service": DESK},
    ],
    "activities": [activity("talo", OWN), activity("puisto", None)],
    "help_line_checks": [
        {"help_line": "nollalinja", "number": "080 005 005", "checked_on": "2026-11-02", "right": True}
    ],
    "languages": [{"language": "ru", "reviewed": True, "offered": True}],
    "served_counties": [{"code": "05"}],
}


def changed(data: dict[str, Any], *changes: Callable[[dict[str, Any]], object]) -> str:
    """A copy of a file's data with these changes, as text."""
    data = copy.deepcopy(data)
    for change in changes:
        change(data)
    return json.dumps(data, ensure_ascii=False)
