"""Every staff route refuses the signed-out, and every form without its CSRF token."""

from collections.abc import Callable, Iterator

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from helpbutton.web.policy import policy_of
from tests.cast import Cast, hidden_fields
from tests.web.staff.pages import case_row, read, send_case


def staff_routes(app: Flask) -> Iterator[tuple[Rule, str]]:
    """Each route of policy staff with an address for it."""
    for rule in app.url_map.iter_rules():
        if policy_of(app, rule.endpoint) == "staff":
            values = {name: "0000-0000" if name == "number" else 1 for name in rule.arguments}
            with app.test_request_context():
                yield rule, app.url_for(rule.endpoint, **values)


def test_every_staff_route_sends_the_signed_out_to_sign_in(app: Flask, client: FlaskClient) -> None:
    routes = list(staff_routes(app))
    assert len(routes) >= 11
    for rule, address in routes:
        for method in (rule.methods or set()) & {"GET", "POST"}:
            answer = client.open(address, method=method)
            assert answer.status_code == 303, (method, address)
            assert answer.headers["Location"].startswith("/staff/sign-in"), (method, address)


def test_every_form_needs_its_csrf_token(app: Flask, cast: Cast) -> None:
    liisa = cast.sign_in("liisa")
    for rule, address in staff_routes(app):
        if "POST" in (rule.methods or set()):
            for token in ({}, {"csrf_token": "forged"}):
                answer = liisa.post(f"{address}?lang=en", data=token)
                assert answer.status_code == 400, address
                assert "This form can no longer be sent" in answer.get_data(as_text=True)


def test_the_csrf_token_of_another_session_does_not_count(cast: Cast, drain: Callable[[], int]) -> None:
    number = send_case(cast, drain)
    cara, liisa = cast.sign_in("cara"), cast.sign_in("liisa")
    foreign = hidden_fields(read(liisa, f"/staff/cases/{number}"))
    assert cara.post(f"/staff/cases/{number}/take", data=foreign).status_code == 400
    assert case_row(number).state == "sorted"


def test_a_form_without_its_own_token_is_refused(cast: Cast, drain: Callable[[], int]) -> None:
    number = send_case(cast, drain)
    cara = cast.sign_in("cara")
    fields = hidden_fields(read(cara, f"/staff/cases/{number}")) | {"body": "x"}
    for token in ("", "x" * 500):
        answer = cara.post(f"/staff/cases/{number}/answer", data=fields | {"token": token})
        assert answer.status_code == 400


def test_too_much_text_is_refused_in_words(cast: Cast, drain: Callable[[], int]) -> None:
    number = send_case(cast, drain)
    cara = cast.sign_in("cara")
    fields = hidden_fields(read(cara, f"/staff/cases/{number}")) | {"body": "x" * 300_000}
    answer = cara.post(f"/staff/cases/{number}/answer?lang=en", data=fields)
    assert answer.status_code == 413
    assert "shorten the text" in answer.get_data(as_text=True)
