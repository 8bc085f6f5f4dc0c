"""What every page behind /receipt shares: its language, its sealed token, the reply that must not get lost."""

import datetime as dt

from flask import Response, request, url_for

from helpbutton.conversation.family import code_mark
from helpbutton.directory.languages import offered
from helpbutton.errors import NotFound
from helpbutton.vault import tokens
from helpbutton.web.pages import choose_language, page
from helpbutton.web.public import choices

PURPOSE = "receipt"
OPEN_FOR = dt.timedelta(minutes=15)


class Ended(Exception):
    """The page was open for too long, was not one of ours, or its receipt code has been replaced."""


def show(template: str, *, status: int = 200, **context: object) -> Response:
    """One of the receipt's pages; a reply that is being written goes with it from page to page."""
    return page(
        f"public/{template}",
        language=language(),
        status=status,
        action=url_for("receipt.form"),
        autonyms=choices.AUTONYMS,
        offered=offered(),
        open_for_s=int(OPEN_FOR.total_seconds()),
        **{"draft": draft(), **context},
    )


def language() -> str:
    """What the switch asks for, else the page's own, else the browser's wish."""
    languages, switched = offered(), request.form.get("switch", "")
    return switched if switched in languages else choose_language(request, "fi", languages)


def draft() -> str:
    """The reply as far as it is written."""
    return request.form.get("body", "").replace("\x00", "")


def token_of(case_id: int) -> str:
    """What opens the case from page to page for fifteen minutes. Raises NotFound."""
    return tokens.seal(PURPOSE, {"case": str(case_id), "mark": code_mark(case_id)})


def case_of_token() -> int:
    """The case that the posted page has open. Raises Ended."""
    try:
        payload = tokens.unseal(PURPOSE, request.form["receipt_token"], valid_for=OPEN_FOR)
        case_id = int(payload["case"])
        if payload.get("mark") != code_mark(case_id):
            raise Ended
    except (tokens.BadToken, tokens.ExpiredToken, NotFound):
        raise Ended from None
    return case_id
