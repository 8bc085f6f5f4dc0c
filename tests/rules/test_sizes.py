"""Small files, small functions, a short top of the house, and nothing in it that belongs to somebody's machine."""

import ast
import re
from pathlib import Path

import pytest

from tests.rules.source import VERSIONS, files, texts

FILE_LINES, FUNCTION_LINES, README_LINES = 400, 50, 60
MEASURED = (".py", ".js", ".css", ".html")
NAMELESS = {"utils", "util", "helpers", "helper", "common", "misc", "shared", "base_utils", "tools"}
TOP = {
    *("helpbutton", "workers", "widget", "config", "tests", "docs"),
    *("pyproject.toml", "constraints.txt", "docker-compose.yml", "Makefile", "run", "test"),
    *("README.md", "CHANGELOG.md"),
}
GENERATED = (VERSIONS,)
"""Migrations are written by a program and never edited after their release."""

FOREIGN = {
    "a package registry": r"pypi\.(org|python)|pythonhosted|npmjs|registry\.|artifactory|--(extra-)?index-url",
    "a path of one machine": r"(?<![\w.$-])/(work|root|home|Users)/",
    "the making of the code": r"(?i)\b(claude|chatgpt|copilot|openai|anthropic|llms?|ai[- ](tool|generated|assist)"
    r"|language models?|coding assistant)\b",
}
THIS = Path(__file__).name


def measured() -> dict[str, str]:
    return {
        name: text
        for name, text in texts().items()
        if name.endswith(MEASURED) and not name.startswith(GENERATED)
    }


def test_files_are_short() -> None:
    long = {name: n for name, text in measured().items() if (n := len(text.splitlines())) > FILE_LINES}
    assert long == {}, f"split by what the parts are about: at most {FILE_LINES} lines"


def test_functions_are_short() -> None:
    long = {
        f"{name}:{node.name}": node.end_lineno - node.lineno + 1
        for name, text in measured().items()
        if name.endswith(".py")
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno
        and node.end_lineno - node.lineno + 1 > FUNCTION_LINES
    }
    assert long == {}, f"name a part of it: at most {FUNCTION_LINES} lines"


def test_every_name_says_what_is_inside() -> None:
    nameless = [name for name in files() if NAMELESS & {part.partition(".")[0] for part in Path(name).parts}]
    assert nameless == [], "name it after what it does"


def test_the_top_is_short() -> None:
    top = {Path(name).parts[0] for name in files()}
    unknown = {name for name in top if not name.startswith(".")} - TOP
    assert unknown == set(), "put it into a room, config/ or docs/"
    missing = TOP - top
    assert missing == set(), "part of the plan of the house"


def test_the_readme_fits_one_screen() -> None:
    lines = texts()["README.md"].splitlines()
    assert len(lines) <= README_LINES, "move the rest to docs/"


@pytest.mark.parametrize("what", FOREIGN)
def test_nothing_of_somebodys_machine_is_inside(what: str) -> None:
    found = [
        f"{name}:{number}: {hit[0]}"
        for name, text in texts().items()
        if Path(name).name != THIS
        for number, line in enumerate(text.splitlines(), 1)
        if (hit := re.search(FOREIGN[what], line))
    ]
    assert found == [], f"the repository names {what}"
