"""A browser without JavaScript: reads a page's forms as they stand, fills them in and presses a button."""

import html
import re
from html.parser import HTMLParser
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, Any]] = []
        self._textarea = self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(
                {"action": given["action"], "fields": {}, "buttons": [], "multipart": "enctype" in given}
            )
        if not self.forms:
            return
        fields = self.forms[-1]["fields"]
        name = given.get("name", "")
        if tag == "input" and (given.get("type") not in ("radio", "checkbox") or "checked" in given):
            fields[name] = given.get("value", "")
        elif tag == "textarea":
            self._textarea, fields[name] = name, ""
        elif tag == "select":
            self._select = name
            fields[name] = ""
        elif tag == "option" and "selected" in given:
            fields[self._select] = given["value"]
        elif tag == "button" and name:
            self.forms[-1]["buttons"].append((name, given["value"]))

    def handle_data(self, data: str) -> None:
        if self._textarea:
            self.forms[-1]["fields"][self._textarea] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._textarea:
            fields = self.forms[-1]["fields"]
            fields[self._textarea] = fields[self._textarea].removeprefix("\n")
            self._textarea = ""


class Page:
    """One answer, with its forms."""

    def __init__(self, client: FlaskClient, answer: TestResponse) -> None:
        self.client, self.answer = client, answer
        self.status, self.html = answer.status_code, answer.get_data(as_text=True)
        parser = _Forms()
        parser.feed(self.html)
        self.forms = parser.forms

    @property
    def fields(self) -> dict[str, str]:
        return dict(self.forms[0]["fields"])

    @property
    def text(self) -> str:
        """What a reader sees, with single spaces."""
        main = self.html.partition("<main")[2].partition("</main>")[0]
        return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", "<main" + main)).split())

    @property
    def step(self) -> str:
        found = re.search(r'<main data-step="(\w*)"', self.html)
        assert found, self.html
        return found[1]

    @property
    def code(self) -> str:
        found = re.search(r'data-code="([^"]+)"', self.html)
        assert found, self.text
        return found[1]

    def press(self, value: str, /, *, name: str = "step", **filled: str | None) -> "Page":
        """Fill in fields (None removes one) and press the button that sends `name=value`."""
        form = next(form for form in self.forms if (name, value) in form["buttons"])
        data = {key: given for key, given in (form["fields"] | filled).items() if given is not None} | {
            name: value
        }
        kind = "multipart/form-data" if form["multipart"] else "application/x-www-form-urlencoded"
        return Page(self.client, self.client.post(form["action"], data=data, content_type=kind))


def visit(client: FlaskClient, address: str = "/ask/demo?lang=en") -> Page:
    """Open a page."""
    return Page(client, client.get(address))
