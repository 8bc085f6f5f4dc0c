"""The family learns which desks and roles read its case and when, never who; the record of it is sealed."""

from flask import Flask
from sqlalchemy import update

from helpbutton.audit import operations as audit
from helpbutton.audit.models import AuditEntry
from helpbutton.cases.queries import open_case
from helpbutton.conversation.family import family_page
from helpbutton.db import transaction
from tests.cast import Cast
from tests.rooms.cases.conftest import Send


def test_desks_and_roles_that_looked_are_shown_without_names(app: Flask, cast: Cast, send: Send) -> None:
    case = send()
    assert family_page(case_id=case.id).readers == ()
    for name in ("cara", "cara", "liisa"):
        open_case(actor=cast.actor(name), number=case.number)
    page = family_page(case_id=case.id)
    assert {reader.role for reader in page.readers} == {"worker", "lead"}
    assert {str(reader.desk_names) for reader in page.readers} == {str(page.desk.names)}
    assert {str(reader.organisation_names) for reader in page.readers} == {str(page.desk.organisation_names)}
    assert page.opened(page.received_at)
    told = repr(page.readers)
    assert all(cast.actor(name).name not in told for name in ("cara", "liisa"))
    assert all(cast.actor(name).pseudonym not in told for name in ("cara", "liisa"))


def test_lines_with_and_without_a_desk_are_sealed_and_a_changed_desk_is_noticed(
    app_on_both: Flask, cast: Cast, send: Send
) -> None:
    case = send()
    with transaction() as session:
        audit.record(
            session, organisation_id=case.row.organisation_id, actor="a", action="view", subject="old"
        )
    open_case(actor=cast.actor("cara"), number=case.number)
    audit.seal_pending()
    organisation = case.row.organisation_id
    assert audit.verify(organisation).broken_at is None
    with transaction() as session:
        session.execute(
            update(AuditEntry).where(AuditEntry.service_id.is_not(None)).values(service_id=999999)
        )
    assert audit.verify(organisation).broken_at is not None
