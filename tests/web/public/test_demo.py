"""The demo's pages: a kindergarten that embeds the button from another origin, and the virtual phone."""

from collections.abc import Callable

from flask.testing import FlaskClient

from tests.cast import MORNINGS, PHONE
from tests.web.public.browser import visit


def test_the_kindergarten_embeds_the_button_from_the_other_origin(client: FlaskClient) -> None:
    answer = client.get("/demo")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "Satakielen päiväkoti" in page
    assert 'src="http://localhost:8080/button.js" data-site="demo"' in page
    assert "frame-src http://localhost:8080;" in answer.headers["Content-Security-Policy"]


def test_the_phone_shows_whose_message_it_is_and_never_what_it_is_about(
    client: FlaskClient, drain: Callable[[], int]
) -> None:
    assert client.get("/demo/phone.json").get_json() == []
    visit(client).press("check", text=MORNINGS, phone=PHONE, safe_to_text="1").press("send")
    drain()
    messages = client.get("/demo/phone.json").get_json()
    assert {"to", "text", "at", "status"} == set(messages[0])
    assert PHONE in {message["to"] for message in messages}
    assert [message["at"] for message in messages] == sorted(message["at"] for message in messages)
    page = visit(client, "/demo/phone").text
    assert f"Family · {PHONE}" in page
    assert "päiväkotiin" not in page
