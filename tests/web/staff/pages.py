"""Reading staff pages in tests, and sending their forms."""

import json
import re

from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from helpbutton import clock, settings
from helpbutton.audit.models import AuditEntry
from helpbutton.cases.models import Case, Proposal
from helpbutton.db import db, reading, transaction
from helpbutton.demo_sign_ins import sign_ins_path
from helpbutton.directory.models import Service
from tests.cast import Cast, hidden_fields


def send_case(cast: Cast, drain: object, **changes: object) -> str:
    """A request that arrived and was sorted; returns its number."""
    number: str = cast.send(**changes).get_json()["number"]
    assert callable(drain)
    drain()
    return number


def case_url(number: str) -> str:
    return f"/staff/cases/{number}"


def read(browser: FlaskClient, url: str, *, status: int = 200) -> str:
    """The page behind `url`, which must answer with `status`."""
    answer = browser.get(url)
    assert answer.status_code == status, answer.get_data(as_text=True)[:500]
    return answer.get_data(as_text=True)


def send_form(browser: FlaskClient, number: str, move: str, **typed: str) -> TestResponse:
    """Open the case page and send one of its forms with its hidden fields."""
    fields = hidden_fields(read(browser, case_url(number)))
    return post(browser, number, move, fields | typed)


def post(browser: FlaskClient, number: str, move: str, fields: dict[str, str]) -> TestResponse:
    """Send a form with exactly these fields."""
    return browser.post(f"{case_url(number)}/{move}", data=fields)


def visible_text(html: str) -> str:
    """The page without its tags, spaces folded."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def numbers_listed(html: str) -> set[str]:
    """The case numbers that a page links to."""
    return set(re.findall(r"/staff/cases/([0-9A-Z]{4}-[0-9A-Z]{4})", html))


def credentials(first_name: str) -> dict[str, str]:
    """What this person types to sign in."""
    people = json.loads(sign_ins_path(settings.current().data_dir).read_text(encoding="utf-8"))
    return next(
        {"email": person["email"], "password": person["password"]}
        for person in people
        if person["email"].startswith(f"{first_name}@")
    )


def stored() -> Session:
    """The database as it is now, not as it was when this test last looked."""
    db.session.remove()
    return reading()


def case_row(number: str) -> Case:
    case = stored().scalar(select(Case).where(Case.number == number))
    assert case is not None
    return case


def audit_lines(cast: Cast, first_name: str, action: str) -> int:
    """How many lines of this kind the audit record holds about this person."""
    own = (AuditEntry.actor == cast.actor(first_name).pseudonym, AuditEntry.action == action)
    return stored().scalar(select(func.count()).select_from(AuditEntry).where(*own)) or 0


def propose(number: str, service_key: str) -> None:
    """Triage proposes a desk of another organisation."""
    case_id = case_row(number).id
    with transaction() as session:
        service_id = session.scalar(select(Service.id).where(Service.key == service_key))
        session.add(
            Proposal(case_id=case_id, service_id=service_id, topic="bullying", created_at=clock.now())
        )
