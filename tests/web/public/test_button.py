"""The button's script, its budgets, and who may frame the form."""

import gzip
import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from helpbutton.db import transaction
from helpbutton.directory.models import Site
from tests.web.public.browser import visit

LOADER_LIMIT, FIRST_VIEW_LIMIT, REQUESTS_LIMIT = 4 * 1024, 40 * 1024, 4


def size(body: bytes) -> int:
    return len(gzip.compress(body))


def fetched(client: FlaskClient, file: str) -> bytes:
    with client.get(file) as answer:
        assert answer.status_code == 200
        return answer.data


def test_the_script_may_be_loaded_by_any_page(client: FlaskClient) -> None:
    answer = client.get("/button.js", headers={"Origin": "https://paivakoti.example.fi"})
    assert answer.status_code == 200
    assert answer.content_type == "text/javascript; charset=utf-8"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    assert "Set-Cookie" not in answer.headers
    again = client.get("/button.js", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_the_script_is_light_and_stores_nothing(client: FlaskClient) -> None:
    script = client.get("/button.js").data
    assert size(script) <= LOADER_LIMIT
    assert not re.search(rb"cookie|localStorage|sessionStorage|indexedDB|innerHTML|eval\(", script)
    assert b'"*"' not in script


@pytest.mark.parametrize(
    "address", ["/embed/demo?lang=fi", "/ask/demo?lang=fi", "/embed/demo-pargas?lang=sv"]
)
def test_the_first_view_is_light(client: FlaskClient, address: str) -> None:
    page = visit(client, address)
    files = re.findall(r'<(?:link|script)[^>]+(?:href|src)="(/(?:static/|style|script)[^"]+)"', page.html)
    bodies = [page.answer.data, *(fetched(client, file) for file in files)]
    assert len(bodies) <= REQUESTS_LIMIT
    assert sum(size(body) for body in bodies) <= FIRST_VIEW_LIMIT


def test_only_registered_pages_frame_the_form(client: FlaskClient) -> None:
    with transaction() as session:
        session.scalars(select(Site).where(Site.key == "demo")).one().origins = [
            "https://paivakoti.example.fi"
        ]
    framed = visit(client, "/embed/demo").answer.headers
    ancestors = framed["Content-Security-Policy"].partition("frame-ancestors ")[2]
    assert set(ancestors.split()) == {
        "https://paivakoti.example.fi",
        "http://127.0.0.1:8080",
        "http://localhost:8080",
    }
    assert "X-Frame-Options" not in framed
    assert "frame-ancestors 'none'" in visit(client, "/ask/demo").answer.headers["Content-Security-Policy"]


def test_the_button_may_choose_topic_and_language(client: FlaskClient) -> None:
    page = visit(client, "/embed/demo?lang=sv&topic=bullying")
    assert '<html lang="sv"' in page.html
    assert page.fields["topic"] == "bullying"
    assert page.fields["municipality"] == "853"
