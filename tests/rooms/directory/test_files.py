"""The directory as a file: what is written can be read, what is wrong is named, and loading takes the proof along."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import func, select

from helpbutton.cli import main
from helpbutton.db import db, reading
from helpbutton.directory.models import DirectoryVersion, Organisation, Route, Service
from helpbutton.errors import Conflict, Invalid, NotFound
from helpbutton.exchange import file as files
from helpbutton.exchange.loading import BadDirectory, earlier_file, earlier_states, load_file, try_file
from helpbutton.exchange.rows import Whole
from helpbutton.exchange.stored import stored
from helpbutton.routing import queries
from helpbutton.routing.operations import LeavesGaps
from helpbutton.settings import Settings
from tests.cast import Cast

EMPTY = files.written(Whole((), (), (), ()))
GUIDANCE = "varha-family-guidance"


def varha() -> int:
    found = reading().scalar(select(Organisation.id).where(Organisation.key == "varha"))
    assert found is not None
    return found


def edited(change: Callable[[dict[str, Any]], object], organisation_id: int | None = None) -> str:
    data = json.loads(files.written(stored(organisation_id)))
    change(data)
    return json.dumps(data)


def desk_in(data: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = next(row for row in data["services"] if row["key"] == GUIDANCE)
    return found


def set_promise(data: dict[str, Any]) -> None:
    desk_in(data)["promise_days"] = 2


def test_what_is_written_can_be_read(app: Flask) -> None:
    everything = stored()
    read = files.read(files.written(everything))
    assert files.plan(everything, read).empty
    assert read.revision == files.revision_of(everything)
    assert len(everything.services) > 900


@pytest.mark.parametrize(
    ("data", "where"),
    [
        ("{", "JSON"),
        ("[]", "format"),
        (json.dumps({"format": "other/1"}), "format"),
        (json.dumps({"format": files.FORMAT, "extra": []}), "extra"),
        (json.dumps({"format": files.FORMAT, "sites": {}}), "sites"),
        (json.dumps({"format": files.FORMAT, "organisations": [{"key": "a"}]}), "organisations 1"),
        (json.dumps({"format": files.FORMAT, "organisations": [{"key": "../a"}]}), "organisations 1: key"),
        (json.dumps({"format": files.FORMAT, "routes": [{"service": 7}]}), "routes 1: service"),
        (
            json.dumps({"format": files.FORMAT, "routes": [{"service": "a", "valid_to": "soon"}]}),
            "routes 1: valid_to",
        ),
        (
            json.dumps({"format": files.FORMAT, "services": [{"key": "a", "hours": {"mon": ["8-16"]}}]}),
            "services 1: hours",
        ),
        (
            json.dumps({"format": files.FORMAT, "services": [{"key": "a", "interpreters": 1}]}),
            "services 1: interpreters",
        ),
    ],
)
def test_what_is_no_such_file_is_named(data: str, where: str) -> None:
    with pytest.raises(Invalid) as caught:
        files.read(data)
    assert caught.value.errors[0].params["where"] == where


def test_an_organisation_loads_its_own_and_can_look_back(app: Flask, cast: Cast) -> None:
    eve, own = cast.actor("eve"), varha()
    before = files.written(stored(own))
    text = edited(set_promise, own)
    plan = try_file(text=text, organisation_id=own)
    assert (plan.changed["services"], plan.new_routes, plan.ended_routes) == ((GUIDANCE,), (), ())
    load_file(text=text, actor=eve, organisation_id=own)
    assert reading().scalar(select(Service.promise_days).where(Service.key == GUIDANCE)) == 2
    assert load_file(text=text, actor=eve, organisation_id=own).empty
    [state] = earlier_states(own)
    assert earlier_file(state.id, own) == before
    with pytest.raises(Conflict):
        load_file(text=before, actor=eve, organisation_id=own)
    load_file(text=before, actor=eve, organisation_id=own, anyway=True)
    assert reading().scalar(select(Service.promise_days).where(Service.key == GUIDANCE)) == 1


def test_nobody_loads_for_others(app: Flask, cast: Cast) -> None:
    own = varha()
    for who in ("liisa", "cara", "saga"):
        with pytest.raises(NotFound):
            load_file(text=EMPTY, actor=cast.actor(who), organisation_id=own)
    with pytest.raises(NotFound):
        load_file(text=EMPTY, actor=cast.actor("eve"))
    for foreign in (
        lambda data: data["services"].append(desk_in(data) | {"key": "x", "organisation": "turku"}),
        lambda data: desk_in(data).update(key="turku-school"),
        lambda data: data["routes"].append({"service": "turku-school"}),
        lambda data: data["areas"].append({"key": "a", "names": {}, "municipalities": []}),
    ):
        with pytest.raises(Invalid) as caught:
            load_file(text=edited(foreign, own), actor=cast.actor("eve"), organisation_id=own)
        assert caught.value.errors[0].code == "not_own_directory"


def test_a_wrong_or_leaky_file_leaves_nothing(app: Flask, cast: Cast) -> None:
    own = varha()
    routes = reading().scalar(select(func.count()).select_from(Route))
    with pytest.raises(BadDirectory) as wrong:
        try_file(text=edited(lambda data: desk_in(data).update(kind="bakery"), own), organisation_id=own)
    assert "unknown service kind 'bakery'" in wrong.value.problems[0]

    def without_front_desk(data: dict[str, Any]) -> None:
        data["routes"] = [row for row in data["routes"] if row["service"] != GUIDANCE]

    with pytest.raises(LeavesGaps):
        load_file(text=edited(without_front_desk, own), actor=cast.actor("eve"), organisation_id=own)
    db.session.remove()
    assert reading().scalar(select(func.count()).select_from(Route)) == routes
    assert reading().scalar(select(func.count()).select_from(DirectoryVersion)) == 0
    assert queries.check().complete


def test_the_command_writes_tries_and_loads(config: Settings, tmp_path: Path) -> None:
    def run(*arguments: str) -> tuple[int, str]:
        done = CliRunner().invoke(main, ["directory", *arguments, "--data-dir", str(config.data_dir)])
        return done.exit_code, done.output

    file = tmp_path / "directory.json"
    assert run("export", str(file))[0] == 0
    data = json.loads(file.read_text("utf-8"))
    set_promise(data)
    file.write_text(json.dumps(data), "utf-8")
    assert run("load", "--dry-run", str(file)) == (
        0,
        f"~ services {GUIDANCE}\nNothing was changed (dry run).\n",
    )
    assert run("load", str(file)) == (0, f"~ services {GUIDANCE}\nLoaded.\n")
    file.write_text("{", "utf-8")
    assert run("load", str(file))[0] == 1
