"""The `helpbutton` command, from an empty directory on."""

import json
import re
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import update

from helpbutton.cli import main
from helpbutton.db import db, transaction
from helpbutton.directory.models import Service
from helpbutton.settings import Settings


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HELPBUTTON_REDIS_URL", "none")


def run(*arguments: str | Path, given: str | bytes = "") -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments], input=given)


def test_from_nothing_to_a_proven_demo(tmp_path: Path) -> None:
    place = ("--data-dir", tmp_path / "data")
    assert run("routes", "check", *place).exit_code == 2
    assert run("init", *place).exit_code == 0
    assert run("init", *place).exit_code == 0
    gaps = run("routes", "check", *place)
    assert gaps.exit_code == 1
    assert "every topic: no route leads to a desk" in gaps.output
    as_json = json.loads(run("routes", "check", "--json", *place).output)
    assert {gap["municipality"] for gap in as_json["gaps"]} >= {"853", "091"}
    assert run("demo", *place).exit_code == 0
    sign_ins = tmp_path / "data" / "demo-sign-ins.json"
    before = sign_ins.read_text()
    assert run("demo", *place).exit_code == 0
    assert sign_ins.read_text() == before
    assert {person["role"] for person in json.loads(before)} == {
        "worker",
        "lead",
        "administrator",
        "coordinator",
        "auditor",
        "site_editor",
    }
    proof = run("routes", "check", *place)
    assert proof.exit_code == 0
    assert all(
        words in proof.output for words in ("on an own desk", "on a fallback", "Outside the served area")
    )
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "data").glob("*.*")}
    assert set(modes.values()) == {0o600}, modes


def test_explain_names_desk_reason_and_date(demo_data: Path) -> None:
    bullying = ("routes", "explain", "--data-dir", demo_data, "--municipality", "853", "--topic", "bullying")
    finnish = run(*bullying, "--at", "2026-12-24T18:00")
    assert finnish.exit_code == 0
    assert finnish.output.startswith("Koulujen yhteyspiste, Turku, Turun kaupunki")
    assert "respond_by 2026-12-26T23:59+02:00" in finnish.output
    assert "urgent the desk itself, which is open" in finnish.output
    assert run(*bullying, "--language", "sv").output.startswith("De svenska skolornas kontaktpunkt, Åbo")
    assert run("routes", "explain", "--data-dir", demo_data, "--municipality", "478").exit_code == 1
    assert run("routes", "explain", "--data-dir", demo_data, "--municipality", "000").exit_code == 1


def test_triage_reads_and_writes_json_lines_without_a_database() -> None:
    lines = [
        {"id": 1, "text": "Poikaa kiusataan koulussa, luokassa nauretaan"},
        {"id": "b", "text": "Mies löi eilen ja uhkasi tappaa", "language": "fi", "role": "parent"},
        {"id": None, "text": ""},
    ]
    done = run("triage", given="\n".join(json.dumps(line) for line in lines))
    assert done.exit_code == 0
    bullied, danger, empty = (json.loads(line) for line in done.output.splitlines())
    assert (bullied["id"], bullied["topic"], bullied["danger"]) == (1, "bullying", False)
    assert danger["danger"] is True
    assert danger["urgency"] == "urgent"
    assert set(danger["flags"]) >= {"violence", "danger_now"}
    assert empty["needs_review"] is True
    keys = {
        "id",
        "language",
        "topic",
        "alternatives",
        "urgency",
        "danger",
        "flags",
        "personal_data",
        "reasons",
        "needs_review",
    }
    assert all(set(answer) == keys for answer in (bullied, danger, empty))


@pytest.mark.parametrize("line", ["not json", "[]", '{"id": 1}', "\x00\xff", '{"text": null}', "[" * 100_000])
def test_a_line_that_is_no_message_is_named_and_the_others_are_read(line: str) -> None:
    done = run("triage", given=f'{line}\n{{"id": 2, "text": "hei"}}\n')
    assert done.exit_code == 1
    assert "line 1:" in done.stderr
    assert json.loads(done.stdout)["id"] == 2


def test_staff_are_added_to_desks_that_exist(tmp_path: Path) -> None:
    place = ("--data-dir", tmp_path / "data")
    run("demo", *place)
    person = (
        "staff",
        "add",
        *place,
        "--email",
        "uusi@example.fi",
        "--name",
        "Uusi",
        "--role",
        "worker",
        "--at",
    )
    added = run(*person, "turku-school")
    assert added.exit_code == 0
    assert re.search(r"http://localhost:\d+/staff/invitation#\S{43}\n", added.output)
    again = run("staff", "link", *place, "--email", "uusi@example.fi")
    assert "/staff/invitation#" in again.output
    assert again.output.rpartition("#")[2] not in added.output
    assert run("staff", "link", *place, "--email", "nobody@example.fi").exit_code == 1
    assert run(*person, "turku-school").exit_code == 2
    assert "scope: unknown_value" in run(*person[:5], "x@example.fi", *person[6:], "nowhere").stderr


def test_wrong_settings_are_all_named_and_nothing_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = run("run", "--no-demo", "--data-dir", tmp_path / "data")
    assert refused.exit_code == 2
    for name in ("SECRET_KEY_FILE", "KEK_FILE", "SMS", "BASE_URL"):
        assert f"HELPBUTTON_{name}" in refused.stderr
    run("init", "--data-dir", tmp_path / "data")
    web = run("web", "--data-dir", tmp_path / "data")
    assert web.exit_code == 2
    assert "HELPBUTTON_SECRET_KEY_FILE" in web.stderr


def test_a_first_start_that_was_interrupted_is_simply_done_again(tmp_path: Path) -> None:
    place = ("--data-dir", tmp_path / "data")
    run("demo", *place)
    sign_ins = tmp_path / "data" / "demo-sign-ins.json"
    people = len(json.loads(sign_ins.read_text()))
    sign_ins.unlink()
    assert run("demo", *place).exit_code == 0
    assert len(json.loads(sign_ins.read_text())) == people


@pytest.mark.parametrize(
    ("duty", "at", "told"),
    [
        ("none", "2026-11-24T23:00", "no night duty: nobody reads it before 2026-11-25T08:00+02:00"),
        ("none", "2026-11-24T09:00", "the desk itself, which is open"),
        ("own", "2026-11-24T23:00", "the desk itself, which is closed and has its own night duty"),
        ("varha-social-emergency", "2026-11-24T23:00", "duty desk: "),
    ],
)
def test_explain_says_who_hears_of_something_urgent_then(
    app: Flask, config: Settings, duty: str, at: str, told: str
) -> None:
    office = {day: [["08:00", "16:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
    with transaction() as session:
        session.execute(update(Service).values(hours=office, night_duty=duty))
    db.session.remove()
    explained = run("routes", "explain", "--data-dir", config.data_dir, "--municipality", "853", "--at", at)
    assert explained.exit_code == 0
    assert f"urgent {told}" in explained.output
