"""`helpbutton directory`: a file goes from one installation to another and comes back as it was."""

import shutil
from pathlib import Path

from click.testing import CliRunner

from helpbutton.cli import main
from tests.rooms.exchange.example import DESK, WHOLE, changed, reply

NOTHING = "The directory says this already.\n"
TRIED = "Nothing was changed (dry run).\n"


def run(folder: Path, *arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["directory", *arguments, "--data-dir", str(folder)])
    return done.exit_code, done.output


def test_what_is_exported_and_loaded_is_exported_the_same(
    with_example: Path, without_demo: Path, tmp_path: Path
) -> None:
    first, second = (
        shutil.copytree(source, tmp_path / name)
        for source, name in ((with_example, "a"), (without_demo, "b"))
    )
    taken, again = tmp_path / "taken.json", tmp_path / "again.json"
    assert run(first, "export", str(taken)) == (0, f"{taken}: 2 desks, 2 routes, 1 sites.\n")
    assert run(first, "load", str(taken)) == (0, f"{NOTHING}Loaded.\n")
    assert run(second, "load", str(taken))[0] == 0
    assert run(second, "export", str(again))[0] == 0
    assert again.read_bytes() == taken.read_bytes()


def test_a_dry_run_names_what_comes_changes_and_goes(with_example: Path, tmp_path: Path) -> None:
    folder, file = shutil.copytree(with_example, tmp_path / "data"), tmp_path / "file.json"
    text = changed(
        WHOLE,
        lambda data: data.update(saved_replies=[reply("Aika") | {"body": "Muu"}, reply("Uusi")]),
        lambda data: data["activities"].pop(0),
    )
    file.write_text(text, "utf-8")
    lines = (
        f"+ saved_replies {DESK}/fi/Uusi\n~ saved_replies {DESK}/fi/Aika\n"
        f"- saved_replies {DESK}/fi/Kiitos\n- saved_replies toinen-guidance/fi/Aika\n- activities talo\n"
    )
    assert run(folder, "load", "--dry-run", str(file)) == (0, lines + TRIED)
    assert run(folder, "load", str(file)) == (0, f"{lines}Loaded.\n")
    assert run(folder, "load", "--dry-run", str(file)) == (0, NOTHING + TRIED)


def test_a_wrong_file_says_where(with_example: Path, tmp_path: Path) -> None:
    folder, file = shutil.copytree(with_example, tmp_path / "data"), tmp_path / "file.json"
    for change, said in (
        ({"service": "nobody"}, "Saved reply nobody/fi/Aika: unknown desk 'nobody'.\n"),
        ({"author": "x"}, "directory_file: saved_replies 1: author\n"),
    ):
        file.write_text(changed(WHOLE, lambda data, it=change: data["saved_replies"][0].update(it)), "utf-8")
        assert run(folder, "load", str(file)) == (1, said)


def test_a_file_with_a_byte_order_mark_is_read_and_one_in_another_encoding_is_not(
    with_example: Path, tmp_path: Path
) -> None:
    folder, file = shutil.copytree(with_example, tmp_path / "data"), tmp_path / "file.json"
    text = changed(WHOLE, lambda data: data["saved_replies"].append(reply("Äiti")))
    file.write_text(text, "utf-8-sig")
    assert run(folder, "load", "--dry-run", str(file)) == (0, f"+ saved_replies {DESK}/fi/Äiti\n{TRIED}")
    file.write_text(text, "cp1252")
    assert run(folder, "load", str(file)) == (1, "directory_file: UTF-8\n")
