"""The status of languages: defaults, an administrator's decision with its audit line, and what families are sent."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from helpbutton import clock
from helpbutton.audit.models import AuditEntry
from helpbutton.db import reading, transaction
from helpbutton.directory.languages import (
    LanguageStatus,
    is_reviewed,
    offered,
    set_language,
    statuses,
)
from helpbutton.directory.models import Installation, Organisation
from helpbutton.errors import Invalid, NotFound
from helpbutton.i18n import DRAFTS, LANGUAGES
from helpbutton.notifications.models import Notification
from helpbutton.notifications.recipient import outgoing
from tests.cast import Cast


def leave_demo_mode() -> None:
    with transaction() as session:
        session.get_one(Installation, 1).demo = False


@pytest.mark.usefixtures("app_on_both")
def test_drafts_are_offered_in_demo_mode_only() -> None:
    assert offered() == ("fi", "sv", "en", "fi-selko", *DRAFTS)
    leave_demo_mode()
    assert offered() == ("fi", "sv", "en", "fi-selko")
    assert offered(("sv", "ar", "fi")) == ("sv", "fi")
    assert offered(("ar", "xx")) == ("fi",)
    assert {language for language in LANGUAGES if not is_reviewed(language)} == set(DRAFTS)


def test_an_administrator_turns_a_language_on_and_says_that_it_is_checked(
    app_on_both: Flask, cast: Cast
) -> None:
    leave_demo_mode()
    with transaction() as session:
        session.add(Organisation(key="left", kind="ngo", names={"fi": "Lähtenyt"}, erased_at=clock.now()))
    eve = cast.actor("eve")
    set_language(actor=eve, language="ar", status="draft", on=True)
    assert statuses()["ar"] == LanguageStatus(reviewed=False, on=True)
    set_language(actor=eve, language="ar", status="reviewed", on=True)
    set_language(actor=eve, language="fi-selko", status="draft", on=False)
    assert statuses()["ar"] == LanguageStatus(reviewed=True, on=True)
    assert "ar" in offered()
    assert "fi-selko" not in offered()
    own = (AuditEntry.action == "set_language", AuditEntry.actor == eve.pseudonym)
    records: dict[int, list[tuple[str, str]]] = {}
    for line in reading().scalars(select(AuditEntry).where(*own).order_by(AuditEntry.id)):
        records.setdefault(line.organisation_id, []).append((line.subject, line.ground))
    living = select(Organisation.id).where(Organisation.erased_at.is_(None))
    assert records.keys() == set(reading().scalars(living)), "families of each are given it"
    assert len(records) > 1
    assert all(
        lines
        == [
            ("language:ar", "draft, on"),
            ("language:ar", "reviewed, on"),
            ("language:fi-selko", "draft, off"),
        ]
        for lines in records.values()
    )


@pytest.mark.usefixtures("app")
def test_nobody_else_decides_and_what_is_written_stays(cast: Cast) -> None:
    for first_name in ("cara", "liisa", "kim", "aada"):
        with pytest.raises(NotFound):
            set_language(actor=cast.actor(first_name), language="ar", status="reviewed", on=True)
    for language, status in (("sv", "draft"), ("xx", "draft"), ("ar", "perfect")):
        with pytest.raises(Invalid):
            set_language(actor=cast.actor("eve"), language=language, status=status, on=False)
    assert statuses()["ar"] == LanguageStatus(reviewed=False, on=True)


@pytest.mark.usefixtures("app")
def test_an_sms_speaks_a_language_once_it_is_checked(
    cast: Cast, drain: Callable[[], int], catalogues: Callable[[str, str], None]
) -> None:
    message = "Your message has arrived. Find the answer where you sent it. Reference %(reference)s."
    catalogues("ar", f'msgid "{message}"\nmsgstr "وصلت رسالتك. %(reference)s"\n')
    assert cast.send(language="ar").status_code == 201
    drain()
    row = reading().scalars(select(Notification).where(Notification.purpose == "confirmation")).one()
    english = message % {"reference": row.reference}

    def said() -> str:
        return outgoing(reading(), row, to="+358401234567", attempt_id="1", validity_s=60).body

    assert said() == english
    set_language(actor=cast.actor("eve"), language="ar", status="reviewed", on=True)
    assert said() == f"وصلت رسالتك. {row.reference}"
