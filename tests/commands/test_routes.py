"""`helpbutton routes what-if` and the gaps in words."""

import json
from pathlib import Path

from flask import Flask

from helpbutton.commands.coverage_words import gaps_in_lines
from helpbutton.routing.coverage import Gap
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


def test_wrong_files_and_desks_are_named(demo_data: Path, tmp_path: Path) -> None:
    file = tmp_path / "routes.json"
    for content, words in (
        ("{", "is not a list of routes"),
        ('[{"desk": "x"}]', "is not a list of routes"),
        ('[{"service": "nowhere"}]', "There is no desk nowhere"),
    ):
        file.write_text(content)
        done = run("routes", "what-if", "--data-dir", demo_data, "--add", file)
        assert done.exit_code == 1
        assert words in done.output
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
