"""Our nginx in front of a live and of a dead application: compression, and numbers that answer when we do not."""

import gzip
import http.client
import json
import re
import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.installation import ROOT
from tests.processes import Process, free_port, wait_for

PAGE = (ROOT / "config/outage/page.html").read_text()
PROBLEM: dict[str, Any] = json.loads((ROOT / "config/outage/problem.json").read_text())
LINES: list[dict[str, Any]] = json.loads((ROOT / "config/help_lines.json").read_text())["help_lines"]
CHILDREN = "child_helpline"
LONG = "Pyydä apua. " * 200
TYPES = {"/style.css": "text/css", "/script.js": "text/javascript", "/api/v1/x": "application/json"}


class Application(BaseHTTPRequestHandler):
    """Answers everything at length, and 503 where it is asked to."""

    def do_GET(self) -> None:
        self.send_response(503 if self.path == "/busy" else 200)
        self.send_header("Content-Type", f"{TYPES.get(self.path, 'text/html')}; charset=utf-8")
        self.end_headers()
        self.wfile.write(LONG.encode())

    def log_message(self, *_: object) -> None:
        pass


class Nginx:
    """Our nginx, listening on a port of the test and asking `upstream`."""

    def __init__(self, place: Path, upstream: int) -> None:
        self.port = free_port()
        program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
        assert program, "install nginx: ./test does it when it runs as root"
        text = (ROOT / "config/nginx.conf").read_text()
        for ours, here in {
            "listen 8080;": f"listen 127.0.0.1:{self.port};",
            "server web:8080;": f"server 127.0.0.1:{upstream};",
            "/tmp/": f"{place}/",
            "root /etc/nginx;": f"root {ROOT / 'config'};",
            "/etc/nginx/widget/": f"{ROOT / 'widget'}/",
        }.items():
            assert ours in text
            text = text.replace(ours, here)
        (place / "nginx.conf").write_text(text)
        command = [program, "-p", place, "-c", place / "nginx.conf", "-e", "stderr"]
        self.process = Process(
            [*command, "-g", "daemon off; master_process off;"], log=place / "nginx.log", cwd=place
        )
        self.process.start()
        wait_for(f"http://127.0.0.1:{self.port}/button.js")

    def ask(
        self, path: str, method: str = "GET", body: str | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body, decompressed when it came compressed."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        line.request(method, path, body=body, headers={"Accept-Encoding": "gzip"})
        answer = line.getresponse()
        headers = {name.lower(): value for name, value in answer.getheaders()}
        content = answer.read()
        line.close()
        return answer.status, headers, gzip.decompress(content) if "content-encoding" in headers else content


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Application)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    nginx = Nginx(tmp_path_factory.mktemp("live"), server.server_port)
    yield nginx
    nginx.process.end()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def dead(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    nginx = Nginx(tmp_path_factory.mktemp("dead"), free_port())
    yield nginx
    nginx.process.end()


@pytest.mark.parametrize("path", ["/ask/demo", *TYPES])
def test_what_families_load_is_compressed(path: str, live: Nginx) -> None:
    status, headers, body = live.ask(path)
    assert status == 200
    assert headers["content-encoding"] == "gzip"
    assert body.decode() == LONG


@pytest.mark.parametrize("path", ["/staff/", "/staff/cases/K7M2-9QXD"])
def test_pages_with_a_sessions_secret_are_not(path: str, live: Nginx) -> None:
    _status, headers, body = live.ask(path)
    assert "content-encoding" not in headers
    assert body.decode() == LONG


def test_our_own_503_passes(live: Nginx) -> None:
    status, _headers, body = live.ask("/busy")
    assert (status, body.decode()) == (503, LONG)


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/ask/demo"), ("POST", "/ask/demo"), ("GET", "/receipt"), ("GET", "/staff/")]
)
def test_a_dead_application_leaves_a_page_with_numbers(method: str, path: str, dead: Nginx) -> None:
    status, headers, body = dead.ask(path, method, "text=Hei" if method == "POST" else None)
    assert (status, headers["content-type"]) == (503, "text/html; charset=utf-8")
    assert headers["retry-after"] == "60"
    assert headers["cache-control"] == "no-store"
    assert headers["content-security-policy"].startswith("default-src 'none'; style-src 'unsafe-inline'")
    assert body.decode() == PAGE


def test_a_program_gets_a_problem_with_numbers(dead: Nginx) -> None:
    status, headers, body = dead.ask("/api/v1/requests", "POST", "{}")
    assert (status, headers["content-type"]) == (503, "application/problem+json; charset=utf-8")
    assert headers["retry-after"] == "60"
    assert json.loads(body) == PROBLEM


def test_the_button_still_comes_and_shows_the_numbers_itself(dead: Nginx) -> None:
    status, headers, body = dead.ask("/button.js")
    assert (status, headers["content-type"]) == (200, "text/javascript; charset=utf-8")
    assert headers["access-control-allow-origin"] == "*"
    assert headers["cross-origin-resource-policy"] == "cross-origin"
    assert body == (ROOT / "widget/help-button.js").read_bytes()


def test_the_outage_files_have_no_address_of_their_own(live: Nginx) -> None:
    assert [live.ask(f"/outage/{name}")[0] for name in ("page.html", "problem.json", "button.js")] == [
        404
    ] * 3


def shown(line: dict[str, Any]) -> bool:
    """The rule of every answer: 112 always, others when they have a source and a day on which they were checked."""
    return line["number"] == "112" or bool(line["source"] and line["last_checked"])


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_the_pages_numbers_are_those_of_the_help_lines(language: str) -> None:
    section = PAGE.partition(f'<section lang="{language}">')[2].partition("</section>")[0]
    written = re.findall(
        r'<a href="tel:(\d+)">([^<]+)</a> <span>([^<]+)</span> <small>([^<]+)</small>', section
    )
    wanted = [
        (line["number"].replace(" ", ""), line["number"], line["names"][language], line["hours"][language])
        for line in sorted(LINES, key=lambda line: int(line["order"]))
        if shown(line) and (language in line["languages"] or line["id"] == CHILDREN)
    ]
    assert written == wanted
    assert {"112", "116 111"} <= {number for _, number, _, _ in written}


def test_the_problems_numbers_are_those_of_the_help_lines() -> None:
    def joined(names: dict[str, str]) -> str:
        return " / ".join(dict.fromkeys(names[language] for language in ("fi", "sv", "en")))

    assert PROBLEM["help_lines"] == [
        {"name": joined(line["names"]), "number": line["number"], "hours": joined(line["hours"])}
        for line in sorted(LINES, key=lambda line: int(line["order"]))
        if shown(line)
    ]


def test_the_page_needs_nothing_else_and_can_be_left_quickly() -> None:
    assert re.findall(r'(?:src|href)="(?!tel:|data:,)([^"]+)"', PAGE) == ["https://yle.fi/saa"]
    assert "<script" not in PAGE
    assert '<main data-step="">' in PAGE, "the form's script takes it for no answer and tries again"
