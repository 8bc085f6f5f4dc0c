"""Noting that a button was opened: after the answer has been sent, and never at its cost."""

import structlog
from flask import Flask, Response, current_app
from sqlalchemy.exc import SQLAlchemyError

from helpbutton.directory.sites import mark_seen

log = structlog.get_logger()


def noted(response: Response, site_id: int) -> Response:
    """The same response; once it has been sent, the site counts as seen."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    response.call_on_close(lambda: _note(app, site_id))
    return response


def _note(app: Flask, site_id: int) -> None:
    with app.app_context():
        try:
            mark_seen(site_id=site_id)
        except SQLAlchemyError as error:
            log.warning("site_not_marked_seen", error=type(error).__name__)
