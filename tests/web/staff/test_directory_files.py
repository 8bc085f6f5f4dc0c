"""The page of an organisation's file: saved replies, texts, ladders and open help go through it like the desks."""

import io
import json

from flask import Flask

from tests.cast import Cast, hidden_fields
from tests.web.staff.pages import read, visible_text

DESK = "varha-family-guidance"
FILE = "/staff/directory/varha.json"
REPLY = {"service": DESK, "language": "fi", "title": "Soitamme", "body": "Soitamme huomenna.", "topic": None}


def test_replies_come_and_go_with_the_file(app: Flask, cast: Cast) -> None:
    browser = cast.sign_in("eve")
    token = hidden_fields(read(browser, "/staff/directory"))["csrf_token"]

    def post(address: str, data: dict[str, object], **typed: str) -> tuple[int, str]:
        found = browser.post(
            f"{address}?lang=en", data={"csrf_token": token, "text": json.dumps(data), **typed}
        )
        return found.status_code, visible_text(found.get_data(as_text=True))

    without = json.loads(read(browser, FILE))
    assert without["saved_replies"] == []
    status, page = post("/staff/directory/varha/trial", without | {"saved_replies": [REPLY]})
    assert (status, f"Saved replies + {DESK}/fi/Soitamme" in page) == (200, True)
    assert json.loads(read(browser, FILE)) == without
    assert post("/staff/directory/varha", without | {"saved_replies": [REPLY]})[0] == 303
    assert json.loads(read(browser, FILE))["saved_replies"] == [REPLY]
    status, page = post("/staff/directory/varha", without)
    assert (status, f"Saved replies − {DESK}/fi/Soitamme" in page) == (409, True)
    assert post("/staff/directory/varha", without, anyway="1")[0] == 303
    assert json.loads(read(browser, FILE)) == without


def test_what_is_wrong_or_of_others_is_refused_with_its_place(app: Flask, cast: Cast) -> None:
    browser = cast.sign_in("eve")
    token = hidden_fields(read(browser, "/staff/directory"))["csrf_token"]
    file = json.loads(read(browser, FILE))
    for change, said in (
        ({"service": "turku-school"}, "The file names something of others or of everybody."),
        ({"topic": "nothing"}, f"Saved reply {DESK}/fi/Soitamme: topic: unknown_value."),
        ({"author": "Eve"}, "saved_replies 1: author"),
    ):
        text = json.dumps(file | {"saved_replies": [REPLY | change]})
        tried = browser.post("/staff/directory/varha?lang=en", data={"csrf_token": token, "text": text})
        assert (tried.status_code, said in visible_text(tried.get_data(as_text=True))) == (422, True)
    assert json.loads(read(browser, FILE)) == file


def test_a_file_in_another_encoding_is_refused(app: Flask, cast: Cast) -> None:
    browser = cast.sign_in("eve")
    token = hidden_fields(read(browser, "/staff/directory"))["csrf_token"]
    data = json.loads(read(browser, FILE)) | {"saved_replies": [REPLY | {"title": "Äiti"}]}
    text = json.dumps(data, ensure_ascii=False)
    for encoding, status, said in (
        ("utf-8-sig", 200, f"Saved replies + {DESK}/fi/Äiti"),
        ("cp1252", 422, "a part of it is wrong: UTF-8."),
    ):
        upload = {"csrf_token": token, "file": (io.BytesIO(text.encode(encoding)), "varha.json")}
        tried = browser.post("/staff/directory/varha/trial?lang=en", data=upload)
        assert (tried.status_code, said in visible_text(tried.get_data(as_text=True))) == (status, True)
