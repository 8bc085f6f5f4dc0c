"""The audit chain: whatever is edited, deleted, inserted or reordered afterwards is found."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import text

from helpbutton.audit import operations as audit
from helpbutton.db import transaction

ORGANISATION = 1


def write(count: int, organisation: int = ORGANISATION) -> None:
    for number in range(count):
        with transaction() as session:
            audit.record(
                session, organisation_id=organisation, actor="aaa", action="view", subject=f"case{number}"
            )


def test_lines_are_sealed_into_one_chain_for_each_organisation(app_on_both: Flask) -> None:
    write(5)
    write(3, organisation=2)
    assert audit.verify(ORGANISATION) == audit.Verdict(ORGANISATION, sealed=0, unsealed=5, broken_at=None)
    assert audit.seal_pending() == 8
    assert audit.seal_pending() == 0
    write(1)
    assert audit.verify(ORGANISATION) == audit.Verdict(ORGANISATION, sealed=5, unsealed=1, broken_at=None)
    audit.seal_pending()
    assert audit.verify(ORGANISATION).sealed == 6
    assert audit.verify(2) == audit.Verdict(2, sealed=3, unsealed=0, broken_at=None)


TAMPERING = {
    "edit": "UPDATE audit_entry SET actor = 'bbb' WHERE seq = 3",
    "delete": "DELETE FROM audit_entry WHERE seq = 3",
    "move to another organisation": "UPDATE audit_entry SET organisation_id = 2 WHERE seq = 3",
    "reorder": "UPDATE audit_entry SET subject = CASE seq WHEN 2 THEN 'x' ELSE 'y' END WHERE seq IN (2, 3)",
    "another time": "UPDATE audit_entry SET at = '2020-01-01 00:00:00' WHERE seq = 3",
}


@pytest.mark.parametrize("how", TAMPERING)
def test_tampering_is_found(how: str, app: Flask) -> None:
    write(5)
    audit.seal_pending()
    with transaction() as session:
        session.execute(text(TAMPERING[how]))
    broken = audit.verify(ORGANISATION).broken_at
    assert broken is not None
    assert broken <= 3


def test_what_rolls_back_leaves_no_line(app_on_both: Flask, drain: Callable[[], int]) -> None:
    with pytest.raises(ZeroDivisionError), transaction() as session:
        audit.record(session, organisation_id=1, actor="aaa", action="view", subject="x")
        raise ZeroDivisionError
    assert audit.seal_pending() == 0
