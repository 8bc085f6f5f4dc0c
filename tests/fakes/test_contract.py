"""The stand-in answers as Twilio's own description of its API says: fields, types, patterns, statuses, parameters.

`contract.json` holds the few facts of that description which the stand-in imitates.
"""

import base64
import json
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from helpbutton.notifications.channels.base import Outgoing
from helpbutton.notifications.channels.twilio import TwilioChannel, _HttpClient
from helpbutton.settings import Settings
from tests.fakes.provider import ACCOUNT_SID, AUTH_TOKEN, OUR_NUMBER, Provider
from tests.processes import wait_for

CONTRACT: dict[str, Any] = json.loads(Path(__file__).with_name("contract.json").read_text())
MESSAGES = f"/2010-04-01/Accounts/{ACCOUNT_SID}/Messages"
PHONE = "+358401234567"
TYPES = {"string": str, "integer": int, "object": dict, "boolean": bool}


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    provider = Provider(tmp_path_factory.mktemp("provider"))
    provider.start()
    yield provider
    provider.process.kill()


@pytest.fixture(autouse=True)
def _no_rules(provider: Provider) -> None:
    provider.clear()


def call(provider: Provider, method: str, path: str, **form: object) -> tuple[int, Any]:
    """Status and JSON of one call with the account's credentials."""
    request = urllib.request.Request(f"{provider.url}{path}", method=method)
    credentials = base64.b64encode(f"{ACCOUNT_SID}:{AUTH_TOKEN}".encode()).decode()
    request.add_header("Authorization", f"Basic {credentials}")
    request.data = urllib.parse.urlencode(form).encode() if form else None
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.status, json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read())


def create(provider: Provider, **form: object) -> dict[str, Any]:
    status, message = call(
        provider, "POST", f"{MESSAGES}.json", **({"To": PHONE, "From": OUR_NUMBER, "Body": "Hei"} | form)
    )
    assert str(status) in CONTRACT["statuses"]["create"]
    assert isinstance(message, dict)
    return message


def problems(shown: dict[str, Any], facts: dict[str, Any]) -> list[str]:
    """What is wrong with an answer, field by field."""
    found = [f"missing: {name}" for name in facts.keys() - shown.keys()]
    for name, value in shown.items():
        fact = facts.get(name)
        if fact is None:
            found.append(f"unknown: {name}")
        elif "enum" in fact:
            found += [] if value in fact["enum"] else [f"{name}: {value}"]
        elif value is None:
            found += [] if fact.get("nullable") else [f"{name} is null"]
        elif type(value) is not TYPES[fact["type"]]:
            found.append(f"{name} is no {fact['type']}")
        elif not re.fullmatch(fact.get("pattern", ".*"), str(value)):
            found.append(f"{name} is not like {fact['pattern']}: {value}")
        elif fact.get("format") == "date-time-rfc-2822":
            assert parsedate_to_datetime(value).tzinfo is not None
    return found


def test_a_message_that_was_created_fetched_listed(provider: Provider) -> None:
    provider.behave("fail:30005", times=1)
    created = create(provider)
    _, fetched = call(provider, "GET", f"{MESSAGES}/{created['sid']}.json")
    _, page = call(provider, "GET", f"{MESSAGES}.json?To={urllib.parse.quote(PHONE)}&PageSize=1")
    assert [problems(one, CONTRACT["message"]) for one in (created, fetched, page["messages"][0])] == [[]] * 3
    assert created["status"] == "queued"
    assert (fetched["status"], fetched["error_code"]) == ("undelivered", 30005)
    assert {"To", "DateSent", "DateSent<", "DateSent>", "PageSize", "Page"} <= {
        *CONTRACT["list"]["parameters"]
    }
    del page["messages"]
    assert problems(page, CONTRACT["list"]["page"]) == []


def test_every_status_it_speaks_of_exists(provider: Provider) -> None:
    seen = set()
    for behaviour in ("lose", "arrive", "fail:30003"):
        provider.behave(behaviour, times=1)
        seen.add(call(provider, "GET", f"{MESSAGES}/{create(provider)['sid']}.json")[1]["status"])
    assert seen == {"sent", "delivered", "undelivered"}
    assert seen <= {*CONTRACT["message"]["status"]["enum"]}


def test_the_product_uses_parameters_that_exist(provider: Provider, tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text(AUTH_TOKEN)
    settings = Settings(
        sms="twilio",
        twilio_account_sid=ACCOUNT_SID,
        twilio_auth_token_file=token,
        twilio_from=OUR_NUMBER,
        twilio_api_base=provider.url,
    )
    outcome = TwilioChannel(settings).send(Outgoing(PHONE, "Hei. Viite B7KF.", "B7KF", "an-attempt", 3600))
    assert outcome.verdict == "accepted"
    sent = json.loads(provider.accepted()[-1]["form"])
    assert sent.keys() <= CONTRACT["create"]["parameters"].keys()
    assert sent.keys() >= {
        *CONTRACT["create"]["required"],
        "Body",
        "From",
        "StatusCallback",
        "ValidityPeriod",
    }


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"To": ""}, 21604),
        ({"Body": ""}, 21602),
        ({"From": ""}, 21603),
        ({"ValidityPeriod": 36001}, 21621),
        ({"StatusCallback": "apua.example.fi/hooks"}, 21609),
    ],
)
def test_what_twilio_would_not_take_is_not_taken(
    provider: Provider, form: dict[str, object], code: int
) -> None:
    status, refusal = call(
        provider, "POST", f"{MESSAGES}.json", **({"To": PHONE, "From": OUR_NUMBER, "Body": "Hei"} | form)
    )
    assert (status, refusal["code"], refusal.keys()) == (
        400,
        code,
        {"code", "message", "more_info", "status"},
    )


def test_deleted_is_gone_for_callers_and_there_for_the_judge(provider: Provider) -> None:
    provider.behave("arrive:0.2", times=1)
    sid = create(provider)["sid"]
    assert call(provider, "DELETE", f"{MESSAGES}/{sid}.json")[0] == 409
    wait_for(lambda: call(provider, "DELETE", f"{MESSAGES}/{sid}.json")[0] == 204, within=3)
    assert CONTRACT["statuses"]["delete"] == ["204"]
    assert call(provider, "GET", f"{MESSAGES}/{sid}.json")[0] == 404
    assert sid not in {one["sid"] for one in call(provider, "GET", f"{MESSAGES}.json")[1]["messages"]}
    (judged,) = [one for one in provider.accepted() if one["sid"] == sid]
    assert (judged["body"], judged["deleted"] is not None) == ("", True)


def test_a_list_that_lags_and_rules_for_a_share(provider: Provider) -> None:
    provider.behave("list_lag:60")
    sid = create(provider)["sid"]
    assert call(provider, "GET", f"{MESSAGES}.json?To={urllib.parse.quote(PHONE)}")[1]["messages"] == []
    assert call(provider, "GET", f"{MESSAGES}/{sid}.json")[0] == 200
    provider.behave("busy", share=0.5)
    answers = [call(provider, "POST", f"{MESSAGES}.json", To=PHONE, From="x", Body="x")[0] for _ in range(40)]
    assert set(answers) == {201, 429}


def test_the_real_sdk_reads_it(provider: Provider) -> None:
    client = Client(ACCOUNT_SID, AUTH_TOKEN, http_client=_HttpClient(provider.url))
    provider.behave("arrive", times=1)
    message = client.messages.create(to=PHONE, from_=OUR_NUMBER, body="Hyvää päivää – ł", validity_period=60)
    assert (message.status, message.num_segments, message.date_sent) == ("queued", "1", None)
    assert client.messages(message.sid).fetch().status == "delivered"
    assert client.messages(message.sid).delete() is True
    with pytest.raises(TwilioRestException) as gone:
        client.messages(message.sid).fetch()
    assert (gone.value.status, gone.value.code) == (404, 20404)
    with pytest.raises(TwilioRestException) as wrong:
        Client(ACCOUNT_SID, "guessed", http_client=_HttpClient(provider.url)).messages(message.sid).fetch()
    assert (wrong.value.status, wrong.value.code) == (401, 20003)


@pytest.mark.parametrize(
    ("body", "segments"),
    [("a" * 160, 1), ("a" * 159 + "€", 2), ("ä" * 153 * 2, 2), ("š" * 70, 1), ("š" * 71, 2)],
)
def test_it_counts_segments(provider: Provider, body: str, segments: int) -> None:
    assert create(provider, Body=body)["num_segments"] == str(segments)
