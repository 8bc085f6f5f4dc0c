"""Single sign-on against a local OpenID provider: bound by issuer and subject, believed only when everything fits."""

import datetime as dt
import re
import shutil
import time
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from joserfc.jwk import OctKey, RSAKey
from werkzeug.test import TestResponse

from helpbutton import clock
from helpbutton.db import db, reading, transaction
from helpbutton.errors import SettingsError
from helpbutton.settings import load
from helpbutton.staff import invitations, passwords
from helpbutton.staff.identities import connect, has_identity
from helpbutton.staff.models import Account
from helpbutton.staff.operations import add_account
from tests.cast import hidden_fields
from tests.fakes.openid_provider import CLIENT, CLIENT_SECRET, Provider, openid_provider
from tests.live import HOST, Person, live_settings, serve_live, words_of

Serve = Callable[..., Flask]
LATER, NEW = dt.timedelta(minutes=11), "uusi lause jota kukaan ei arvaa"


@pytest.fixture(scope="module")
def standing() -> Iterator[Provider]:
    with openid_provider() as found:
        yield found


@pytest.fixture
def provider(standing: Provider) -> Provider:
    standing.claims, standing.algorithm, standing.signing = {}, "RS256", standing.key
    standing.subject, standing.calls = "person-1", []
    return standing


@pytest.fixture
def serve(provider: Provider, live_data: Path, tmp_path: Path) -> Iterator[Serve]:
    """Starts the application with the provider and further settings."""
    shutil.copytree(live_data, tmp_path / "data")
    (tmp_path / "oidc").write_text(CLIENT_SECRET)
    running: list[Iterator[Flask]] = []

    def start(**changes: Any) -> Flask:
        config = live_settings(
            tmp_path / "data",
            oidc_issuer=provider.issuer,
            oidc_client_id=CLIENT,
            oidc_client_secret_file=tmp_path / "oidc",
            **changes,
        )
        running.append(serve_live(config))
        return next(running[-1])

    yield start
    for one in running:
        next(one, None)


def leave(browser: FlaskClient) -> str:
    answer = browser.get("/staff/sign-in/single")
    assert answer.status_code == 303
    return answer.headers["Location"]


def come_back(browser: FlaskClient, address: str) -> TestResponse:
    assert address.startswith(HOST)
    return browser.get(address.removeprefix(HOST) + "&lang=en")


def bound(app: Flask, provider: Provider, **person: Any) -> Person:
    found = Person(app, "wera@example.fi", "worker", "family", **person)
    connect(account_id=found.account_id, issuer=provider.issuer, subject="person-1")
    return found


def test_a_provider_that_vouches_for_strength_signs_in(serve: Serve, provider: Provider) -> None:
    app = serve(oidc_amr="mfa, hwk")
    browser = bound(app, provider, factor=False).browser
    provider.claims = {"amr": ["pwd", "mfa"]}
    arrived = come_back(browser, provider.visit(leave(browser)))
    assert arrived.status_code == 200
    assert 'http-equiv="refresh"' in arrived.get_data(as_text=True), "a redirect would lose the strict cookie"
    assert browser.get("/staff/").status_code == 200


def test_without_a_demanded_strength_the_second_factor_is_asked_here(
    serve: Serve, provider: Provider
) -> None:
    person = bound(serve(), provider)
    asked = come_back(person.browser, provider.visit(leave(person.browser)))
    assert person.browser.get("/staff/").status_code == 303
    assert person.send_code(asked.get_data(as_text=True), person.code()).status_code == 303
    assert person.browser.get("/staff/").status_code == 200


@pytest.mark.parametrize(
    ("demanded", "said"),
    [
        ({"oidc_amr": "mfa"}, {"amr": ["pwd"]}),
        ({"oidc_amr": "mfa"}, {}),
        ({"oidc_acr": "high"}, {"acr": "low"}),
    ],
)
def test_too_weak_a_sign_in_is_refused(
    serve: Serve, provider: Provider, demanded: dict[str, str], said: dict[str, Any]
) -> None:
    browser = bound(serve(**demanded), provider).browser
    provider.claims = said
    refused = come_back(browser, provider.visit(leave(browser)))
    assert refused.status_code == 403
    assert "not strong enough" in words_of(refused)


def test_an_equal_address_at_the_provider_means_nothing(serve: Serve, provider: Provider) -> None:
    app = serve(oidc_amr="mfa")
    Person(app, "wera@example.fi", "worker", "family", factor=False)
    provider.claims = {"amr": ["mfa"], "email": "wera@example.fi", "email_verified": True}
    browser = app.test_client()
    refused = come_back(browser, provider.visit(leave(browser)))
    assert refused.status_code == 403
    assert "Nobody has connected" in words_of(refused)


@pytest.mark.parametrize(
    "lie",
    [
        {"iss": "http://127.0.0.1:1"},
        {"aud": "somebody-else"},
        {"aud": [CLIENT, "somebody-else"]},
        {"nonce": "of another attempt"},
        {"nonce": None},
        {"exp": int(time.time()) - 3600},
        {"sub": None},
        {"exp": None},
    ],
)
def test_a_token_that_does_not_fit_is_refused(serve: Serve, provider: Provider, lie: dict[str, Any]) -> None:
    browser = bound(serve(oidc_amr="mfa"), provider, factor=False).browser
    provider.claims = {"amr": ["mfa"], **lie}
    assert come_back(browser, provider.visit(leave(browser))).status_code == 403
    assert browser.get("/staff/").status_code == 303


@pytest.mark.parametrize("algorithm", ["none", "HS256", "foreign key"])
def test_a_signature_that_the_provider_did_not_make_is_refused(
    serve: Serve, provider: Provider, algorithm: str
) -> None:
    browser = bound(serve(oidc_amr="mfa"), provider, factor=False).browser
    provider.claims = {"amr": ["mfa"]}
    provider.algorithm = "RS256" if algorithm == "foreign key" else algorithm
    foreign = RSAKey.generate_key(2048, {"kid": "one"})
    provider.signing = foreign if algorithm == "foreign key" else OctKey.import_key(CLIENT_SECRET)
    assert come_back(browser, provider.visit(leave(browser))).status_code == 403
    assert browser.get("/staff/").status_code == 303


def test_the_answer_must_belong_to_this_browser_and_counts_once(serve: Serve, provider: Provider) -> None:
    app = serve(oidc_amr="mfa")
    browser = bound(app, provider, factor=False).browser
    provider.claims = {"amr": ["mfa"]}
    answer = provider.visit(leave(browser))
    assert come_back(app.test_client(), answer).status_code == 400, "no attempt was begun there"
    other = app.test_client()
    leave(other)
    assert come_back(other, answer).status_code == 403, "the state is of another attempt"
    assert come_back(browser, answer).status_code == 200
    assert come_back(browser, answer).status_code == 400


def test_an_invitation_is_accepted_with_single_sign_on_and_binds(serve: Serve, provider: Provider) -> None:
    app = serve(oidc_amr="mfa")
    account_id = add_account(
        email="uusi@example.fi", name="Uusi", password=None, role="worker", scopes=("family",)
    )
    secret, browser = invitations.invite(email="uusi@example.fi"), app.test_client()
    provider.claims = {"amr": ["mfa"]}
    first = hidden_fields(browser.get("/staff/invitation").get_data(as_text=True))
    page = browser.post("/staff/invitation", data=first | {"secret": secret}).get_data(as_text=True)
    sent = browser.post("/staff/invitation/single", data={"token": hidden_fields(page)["token"]})
    address = re.search(r"url=([^\"]+)", sent.get_data(as_text=True))
    assert address is not None
    come_back(browser, provider.visit(unescape(address[1])))
    assert browser.get("/staff/").status_code == 200
    assert has_identity(account_id)
    come_back(app.test_client(), provider.visit(leave(app.test_client())))


def test_a_first_password_is_chosen_only_after_a_fresh_sign_in(serve: Serve, provider: Provider) -> None:
    app, address = serve(oidc_amr="mfa"), "/staff/account/password"
    person = bound(app, provider, factor=False)
    with transaction() as session:
        session.get_one(Account, person.account_id).password_hash = passwords.NOBODY
    provider.claims = {"amr": ["mfa"]}
    come_back(person.browser, provider.visit(leave(person.browser)))
    with clock.moved(clock.now() + LATER):
        refused = person.post(address, password=NEW)
        assert (refused.status_code, refused.headers["Location"]) == (303, address)
        assert 'name="password"' not in person.browser.get("/staff/account").get_data(as_text=True)
        asked = words_of(person.browser.get(f"{address}?lang=en"))
        assert "Confirm that it is you" in asked
        assert hash_of(person) == passwords.NOBODY
    come_back(person.browser, provider.visit(leave(person.browser)))
    assert person.browser.get(address).headers["Location"] == "/staff/account#password-heading"
    assert person.post(address, password=NEW).status_code == 303
    assert passwords.matches(NEW, hash_of(person))


def hash_of(person: Person) -> str:
    db.session.remove()
    return reading().get_one(Account, person.account_id).password_hash


def test_an_identity_belongs_to_one_account(serve: Serve, provider: Provider) -> None:
    app = serve(oidc_amr="mfa")
    bound(app, provider)
    other = Person(app, "dana@example.fi", "worker", "family")
    other.sign_in()
    provider.claims = {"amr": ["mfa"]}
    sent = other.post("/staff/account/single")
    address = re.search(r"url=([^\"]+)", sent.get_data(as_text=True))
    assert address is not None
    refused = come_back(other.browser, provider.visit(unescape(address[1])))
    assert "belongs to another account" in words_of(refused)
    assert not has_identity(other.account_id)


def test_a_provider_that_is_away_leaves_the_other_doors_open(serve: Serve, provider: Provider) -> None:
    browser = serve(oidc_acr="x").test_client()
    issuer, provider.issuer = provider.issuer, "http://127.0.0.1:1"
    try:
        assert browser.get("/staff/sign-in/single").status_code == 403, "its document names another issuer"
    finally:
        provider.issuer = issuer
    assert "Sign in with your organisation" in words_of(browser.get("/staff/sign-in?lang=en"))


def test_without_settings_there_is_no_such_door(live: Flask) -> None:
    assert live.test_client().get("/staff/sign-in/single").status_code == 404
    assert "organisation's account" not in words_of(live.test_client().get("/staff/sign-in?lang=en"))


def test_half_a_configuration_does_not_start(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="OIDC_CLIENT_ID"):
        load(oidc_issuer="https://idp.example.fi")
    (tmp_path / "secret").write_text("x")
    with pytest.raises(SettingsError, match="https://"):
        load(
            oidc_issuer="http://idp.example.fi",
            oidc_client_id="x",
            oidc_client_secret_file=tmp_path / "secret",
        )
