"""What the SMS provider tells us: reports on messages, and messages that come in. Every call is signed."""

from uuid import UUID
from xml.sax.saxutils import escape

import structlog
from flask import Blueprint, Response, abort, request

from helpbutton.notifications import inbound, reports
from helpbutton.notifications.channels.twilio_signature import SIGNATURE, is_genuine
from helpbutton.notifications.codes import error_of
from helpbutton.web.policy import policy

bp = Blueprint("hooks", __name__, url_prefix="/hooks/twilio")

log = structlog.get_logger()


@bp.post("/status/<uuid:attempt_id>")
@policy("hook")
def status(attempt_id: UUID) -> Response:
    """What became of the message of one attempt; a replay changes nothing."""
    _only_from_twilio()
    reports.take_report(
        attempt_id=str(attempt_id),
        provider_id=request.form.get("MessageSid", ""),
        status=request.form.get("MessageStatus", ""),
        error=error_of(request.form.get("ErrorCode")),
    )
    return Response(status=204)


@bp.post("/inbound")
@policy("hook")
def message_came_in() -> Response:
    """Somebody wrote to our number; the answer says where to write, or there is none."""
    _only_from_twilio()
    answer = inbound.take_message(
        provider_id=request.form.get("MessageSid", ""),
        number=request.form.get("From", ""),
        text=request.form.get("Body", ""),
    )
    if answer is None:
        return Response(status=204)
    twiml = f'<?xml version="1.0" encoding="UTF-8"?><Response><Message>{escape(answer)}</Message></Response>'
    return Response(twiml, content_type="text/xml; charset=utf-8")


def _only_from_twilio() -> None:
    """Answers 403 to everybody else."""
    genuine = is_genuine(
        path=request.path,
        query=request.query_string.decode("ascii", "replace"),
        form=request.form.to_dict(),
        signature=request.headers.get(SIGNATURE, ""),
    )
    if not genuine:
        log.warning("hook_refused", endpoint=request.endpoint)
        abort(403)
