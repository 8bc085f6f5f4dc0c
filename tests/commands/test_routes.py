"""`helpbutton routes what-if` and the gaps in words."""

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path

from flask import Flask

from helpbutton import clock
from helpbutton.commands.coverage_words import gaps_in_lines, in_lines
from helpbutton.routing.coverage import Coverage, Gap
from helpbutton.web.staff.gap_words import gap_lines
from tests.commands.test_commands import run


def test_a_change_is_tried_from_a_file(demo_data: Path, tmp_path: Path) -> None:
    file = tmp_path / "routes.json"
    file.write_text(
        json.dumps([{"service": "varha-family-work", "topic": "grief_crisis", "municipality_code": "853"}])
    )
    done = run("routes", "what-if", "--data-dir", demo_data, "--add", file)
    assert done.exit_code == 0, done.output
    assert "of which 0 would move" in done.output
    assert "Every request ends at a live desk." in done.output


def test_a_change_from_a_later_day_on_is_tried_on_that_day(demo_data: Path, tmp_path: Path) -> None:
    file, day = tmp_path / "routes.json", (clock.today() + dt.timedelta(days=40)).isoformat()
    row = {"service": "varha-family-work", "topic": "grief_crisis", "municipality_code": "853"}
    file.write_text(json.dumps([row | {"valid_from": day}]))
    done = run("routes", "what-if", "--data-dir", demo_data, "--add", file)
    assert done.exit_code == 0, done.output
    assert f"Tried on the routes of {day}" in done.output


def test_wrong_files_and_desks_are_named(demo_data: Path, tmp_path: Path) -> None:
    file = tmp_path / "routes.json"
    for content, words in (
        ("{", "is not a list of routes"),
        ('[{"desk": "x"}]', "is not a list of routes"),
        ('[{"service": "nowhere"}]', "There is no desk nowhere"),
        ('[{"service": "varha-family-work", "valid_from": "soon"}]', "is not a list of routes"),
        ('[{"service": "varha-family-work", "valid_from": 2027}]', "is not a list of routes"),
    ):
        file.write_text(content)
        done = run("routes", "what-if", "--data-dir", demo_data, "--add", file)
        assert done.exit_code == 1
        assert words in done.output
    file.write_text('[{"service": "varha-family-work", "topic": "x"}]')
    unknown = run("routes", "what-if", "--data-dir", demo_data, "--add", file)
    assert unknown.exit_code == 2
    assert "topic" in unknown.output
    assert "There is no route 0" in run("routes", "what-if", "--data-dir", demo_data, "--end", "0").output


def test_a_gap_says_which_route_would_close_it(app: Flask) -> None:
    gap = Gap(
        "445",
        "bullying",
        "desk x does not serve in Swedish, an official language there",
        9,
        1,
        (("language", "sv"),),
    )
    lines = gaps_in_lines([gap])
    assert lines[0] == "Gaps: 1"
    assert "bullying" in lines[1]
    assert "(445)" in lines[1]
    assert "municipality 445, language sv" in lines[2]
    assert "in place of" not in lines[2]
    later = gaps_in_lines([replace(gap, in_place=True, since=dt.date(2027, 3, 1))])
    assert "from 2027-03-01" in later[1]
    assert "language sv, in place of route 1, to a desk" in later[2]
    topics = [replace(gap, topic=f"t{number}", route=number) for number in range(30)]
    assert "closed by a route for each topic" in gaps_in_lines(topics)[2]
    ties = Coverage(ties=frozenset({frozenset({7, 5})}))
    assert any(line.startswith("Routes 5 and 7 tie") for line in in_lines(ties))


def test_the_page_says_too_what_would_close_a_gap(app: Flask) -> None:
    gap = Gap("445", "bullying", "desk x has no active member", 9, 1, (("role", "child"),))
    open_now, in_place = gap_lines([gap, replace(gap, topic="learning", in_place=True)], "en")
    assert "(a child" in open_now.closing.lower() or "child" in open_now.closing
    assert "same scope" not in open_now.closing
    assert "same scope" in in_place.closing
    assert open_now.since == ""
    assert gap_lines([replace(gap, since=dt.date(2027, 3, 1))], "en")[0].since != ""
