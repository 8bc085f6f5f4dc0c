"""The page of saved replies: leads keep them, nothing typed is lost, nobody overwrites a colleague."""

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from helpbutton.conversation.models import SavedReply
from tests.cast import Cast, hidden_fields
from tests.web.staff.pages import audit_lines, read, stored

ADDRESS = "/staff/replies?lang=en"
REPLY = {"topic": "", "language": "fi", "title": "Kiitos yhteydenotosta", "body": "Hei!\nSoitamme pian."}


def form(browser: FlaskClient, key: str = "new") -> dict[str, str]:
    page = read(browser, ADDRESS)
    part = page[page.index(f'id="reply-{key}"') :]
    return hidden_fields(part[: part.index("</form>")])


def add(browser: FlaskClient, **typed: str) -> TestResponse:
    return browser.post(ADDRESS, data=form(browser) | REPLY | typed)


def rows() -> list[SavedReply]:
    return list(stored().scalars(select(SavedReply).order_by(SavedReply.id)))


def test_a_lead_writes_changes_and_removes(cast: Cast, app_on_both: Flask) -> None:
    liisa = cast.sign_in("liisa")
    for _ in range(2):
        assert add(liisa).status_code == 303
    row, *others = rows()
    assert others == [], "sent twice, kept once"
    assert (row.title, row.topic, row.version) == ("Kiitos yhteydenotosta", None, 1)
    address, fields = f"/staff/replies/{row.id}", form(liisa, str(row.id))
    other = REPLY | {"topic": "bullying", "title": "Toinen", "language": "sv"}
    assert liisa.post(address, data=fields | other).status_code == 303
    assert (rows()[0].title, rows()[0].topic, rows()[0].language) == ("Toinen", "bullying", "sv")
    stale = liisa.post(f"{address}?lang=en", data=fields | REPLY | {"body": "Vanhalta sivulta"})
    assert stale.status_code == 409
    assert "Vanhalta sivulta" in stale.get_data(as_text=True)
    assert liisa.post(address, data=fields | {"remove": "1"}).status_code == 409
    assert liisa.post(address, data=form(liisa, str(row.id)) | {"remove": "1"}).status_code == 303
    assert rows() == []
    assert [audit_lines(cast, "liisa", f"{what}_saved_reply") for what in ("add", "change", "remove")] == [
        1
    ] * 3


def test_what_is_wrong_is_said_and_what_was_typed_stays(cast: Cast, app: Flask) -> None:
    liisa = cast.sign_in("liisa")
    assert add(liisa).status_code == 303
    for typed, says in (
        ({"title": " "}, "Give it a title."),
        ({"body": "Muuta"}, "This is in use already"),
        ({"title": "x" * 81}, "shorten it to 80"),
        ({"title": "b", "body": "<script>alert(1)</script>" + "x" * 10_000}, "shorten it to 10000"),
        ({"title": "c", "topic": "nothing"}, "topic"),
        ({"title": "d", "language": "xx"}, "choice is not known"),
        ({"title": "e\x00", "body": "jäljellä"}, "cannot be stored"),
    ):
        refused = add(liisa, **typed)
        page = refused.get_data(as_text=True)
        assert refused.status_code == 422, typed
        assert says in page, typed
        assert "<script>alert" not in page
        assert typed.get("body", "Soitamme pian.")[-8:] in page
    assert len(rows()) == 1


def test_only_leads_and_administrators_keep_them(cast: Cast, app: Flask) -> None:
    assert add(cast.sign_in("liisa")).status_code == 303
    row = rows()[0]
    cara, dan, eve = (cast.sign_in(name) for name in ("cara", "dan", "eve"))
    own = hidden_fields(read(cara, "/staff/"))
    assert cara.get(ADDRESS).status_code == 403
    assert cara.post(ADDRESS, data=own | REPLY).status_code == 403
    for browser in (cara, dan):
        own = hidden_fields(read(browser, "/staff/"))
        assert (
            browser.post(f"/staff/replies/{row.id}", data=own | REPLY | {"version": "1"}).status_code == 404
        )
    assert eve.get(f"{ADDRESS}&desk={row.service_id}").status_code == 200
    assert eve.get(f"{ADDRESS}&desk=999999").status_code == 404
    assert len(rows()) == 1
