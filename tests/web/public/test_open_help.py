"""Open help beside the form, the summary and the receipt, on its own page, and in the JSON API."""

import datetime as dt
import re
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from helpbutton import clock
from helpbutton.activities import operations
from tests.cast import MORNINGS
from tests.web.public.browser import visit

SUNDAY = dt.datetime(2026, 11, 22, 12, tzinfo=clock.HELSINKI)
BESIDE = "Open help near you: come without an appointment"


@pytest.fixture
def on_a_sunday(client: FlaskClient) -> Iterator[None]:
    with clock.moved(SUNDAY):
        operations.load_demo()
        yield


def names(text: str) -> list[str]:
    """Of the activities on a page, in their order."""
    return re.findall(r"<h4[^>]*>([^<]+) \(demo\)</h4>", text)


def test_the_form_shows_a_few_of_the_sites_own_municipality(client: FlaskClient) -> None:
    page = visit(client)
    assert BESIDE in page.text
    assert len(names(page.html)) == 5
    assert "<details" in page.html.partition(BESIDE)[0].rpartition("<details")[1]
    assert 'href="/ask/demo/nearby?municipality=853&amp;lang=en" target="_blank"' in page.html


def test_the_summary_and_the_receipt_show_the_chosen_municipality_and_age(client: FlaskClient) -> None:
    summary = visit(client).press("check", text=MORNINGS, municipality="445", child_age_group="13-15")
    assert summary.step == "check"
    assert "Wave youth place" in names(summary.html)
    assert "Bay open day care" not in names(summary.html)
    receipt = summary.press("send")
    assert receipt.step == "sent"
    assert "Wave youth place" in names(receipt.html)


def test_beside_words_of_danger_only_help_lines_count(client: FlaskClient) -> None:
    summary = visit(client).press("check", text="Mies löi eilen ja uhkasi tappaa")
    assert "112" in summary.text
    assert BESIDE not in summary.text
    assert BESIDE not in summary.press("send").text


def test_the_page_shows_ones_own_municipality_then_neighbours_then_lines(client: FlaskClient) -> None:
    text = visit(client, "/ask/demo/nearby?municipality=680&lang=en").text
    places = ["Raisio / Reso", "Squirrel open day care", "In the neighbouring municipalities"]
    places += ["Nightingale open day care", "By phone or online", "Parents' talking line", "112"]
    positions = [text.index(place) for place in places]
    assert positions == sorted(positions)
    assert "Salo family" not in text


@pytest.mark.usefixtures("on_a_sunday")
def test_the_times_stand_in_words_in_each_language(client: FlaskClient) -> None:
    raisio = "/ask/demo/nearby?municipality=680&lang="
    english = visit(client, f"{raisio}en").text
    assert "Next on Tuesday 24 November 09:00–12:00 Tue–Thu 09:00–12:00" in english
    assert "Tomorrow 09:30–11:30 Mondays 09:30–11:30" in english
    assert "Confirmed on 13 November 2026" in english
    with clock.moved(SUNDAY + dt.timedelta(days=2, hours=-2)):
        assert "Open now, until 12:00" in visit(client, f"{raisio}en").text
        assert "Today 12:00–17:00 Tuesdays and Thursdays 12:00–17:00" in visit(client, f"{raisio}en").text


def test_an_unknown_municipality_is_answered_with_the_sites_own(client: FlaskClient) -> None:
    for asked in ("", "999", "x" * 200):
        page = visit(client, f"/ask/demo/nearby?municipality={asked}&lang=en")
        assert page.status == 200
        assert "Turku / Åbo" in page.text


def test_far_away_the_page_says_so_and_shows_lines(client: FlaskClient) -> None:
    text = visit(client, "/ask/demo/nearby?municipality=091&lang=en").text
    assert "We know of no open place in this municipality just now." in text
    assert "Parents' talking line" in text


def test_the_framed_twin_stays_in_the_frame_and_is_framed_by_the_sites_pages_alone(
    client: FlaskClient,
) -> None:
    framed = client.get("/embed/demo/nearby?lang=en")
    page = framed.get_data(as_text=True)
    assert "frame-ancestors http://127.0.0.1:8080" in framed.headers["Content-Security-Policy"]
    assert 'action="/embed/demo/nearby"' in page
    assert 'href="/embed/demo?lang=en"' in page
    full = client.get("/ask/demo/nearby")
    assert "frame-ancestors 'none'" in full.headers["Content-Security-Policy"]
    assert "Set-Cookie" not in framed.headers
    assert client.get("/embed/nowhere/nearby").status_code == 404


def test_the_api_tells_the_same(client: FlaskClient) -> None:
    found = client.get("/api/v1/sites/demo/open-help?municipality=680&lang=en").get_json()["open_help"]
    assert [item["near"] for item in found] == sorted(
        (item["near"] for item in found), key=["here", "nearby", "everywhere"].index
    )
    first = next(item for item in found if item["key"] == "raisio-oravat")
    assert first["name"] == "Squirrel open day care (demo)"
    assert first["municipality"] == {"code": "680", "name": "Raisio"}
    assert first["times"] == [{"rule": "FREQ=WEEKLY;BYDAY=TU,WE,TH", "begins": "09:00", "ends": "12:00"}]
    assert dt.datetime.fromisoformat(first["next"]["begins"]) > clock.now() - dt.timedelta(hours=3)
    assert first["next"]["in_words"]
    assert first["age_groups"] == ["0-2", "3-5"]


def test_the_api_filters_and_refuses(client: FlaskClient) -> None:
    address = "/api/v1/sites/demo/open-help?municipality=853&role=child&age_group=13-15"
    kinds = {item["kind"] for item in client.get(address).get_json()["open_help"]}
    assert "young_people" in kinds
    assert "open_day_care" not in kinds
    assert client.get("/api/v1/sites/demo/open-help").get_json()["open_help"]
    for unknown in ("/api/v1/sites/demo/open-help?municipality=999", "/api/v1/sites/nowhere/open-help"):
        answer = client.get(unknown)
        assert answer.status_code == 404
        assert answer.content_type == "application/problem+json"
