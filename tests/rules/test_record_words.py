"""Every act that the audit record can hold has words on the auditor's page."""

import ast
from collections.abc import Iterator
from pathlib import Path

from helpbutton.cases import tasks
from helpbutton.staff import invitations
from helpbutton.web.staff.record_words import ACTIONS

HOUSE = Path(__file__).resolve().parents[2] / "helpbutton"
PURPOSES = (invitations.INVITATION, invitations.PASSWORD)
CHOSEN = {
    "cases/sender.py kind": {tasks.COPY, tasks.ERASURE},
    "cases/onwards.py way": {"print", "export"},
    "staff/invitations.py f'accept_{link.purpose}'": {f"accept_{purpose}" for purpose in PURPOSES},
    "staff/invitations.py f'{purpose}_link'": {f"{purpose}_link" for purpose in PURPOSES},
}
"""What is chosen while running: where, and the values that it may have."""

Function = ast.FunctionDef
Place = dict[str, int]


def literals(node: ast.AST) -> set[str]:
    return {
        each.value
        for each in ast.walk(node)
        if isinstance(each, ast.Constant) and isinstance(each.value, str)
    }


def takers(tree: ast.Module) -> Place:
    """The functions of a module that are told an action, and at which place."""
    functions = [node for node in ast.walk(tree) if isinstance(node, Function)]
    named = {each.name: [argument.arg for argument in each.args.args] for each in functions}
    return {name: arguments.index("action") for name, arguments in named.items() if "action" in arguments}


def unless_told(function: Function) -> Iterator[str]:
    """The action of a function that is told none."""
    for argument, default in zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True):
        if argument.arg == "action" and default is not None:
            yield from literals(default)


def told(function: Function, places: Place) -> Iterator[ast.expr]:
    """The expressions that stand for an action in the calls of a function."""
    for call in ast.walk(function):
        if isinstance(call, ast.Call):
            yield from (keyword.value for keyword in call.keywords if keyword.arg == "action")
            name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
            if name in places and len(call.args) > places[name]:
                yield call.args[places[name]]


def chosen_before(function: Function, name: str) -> set[str]:
    """The literals that a variable of a function was given, by assignment or by a loop over pairs of a tuple."""
    found: set[str] = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and name in {
            each.id for each in node.targets if isinstance(each, ast.Name)
        }:
            found |= (
                literals(node.value.body) | literals(node.value.orelse)
                if isinstance(node.value, ast.IfExp)
                else literals(node.value)
            )
        if isinstance(node, ast.For) and name in {
            each.id for each in ast.walk(node.target) if isinstance(each, ast.Name)
        }:
            found |= literals(node.iter)
    return found


def actions_of(where: str, tree: ast.Module, places: Place) -> Iterator[str]:
    for function in (node for node in ast.walk(tree) if isinstance(node, Function)):
        yield from unless_told(function)
        names = {argument.arg for argument in (*function.args.args, *function.args.kwonlyargs)}
        for node in told(function, places):
            if isinstance(node, ast.Name) and node.id == "action" and "action" in names:
                continue
            if isinstance(node, ast.Name):
                found = chosen_before(function, node.id)
            else:
                found = set() if isinstance(node, ast.JoinedStr) else literals(node)
            found = found or CHOSEN.get(f"{where} {ast.unparse(node)}", set())
            assert found, f"{where}: which actions can {ast.unparse(node)} be? Say so in CHOSEN."
            yield from found


def test_every_action_has_words() -> None:
    paths = [path for path in HOUSE.rglob("*.py") if "web" not in path.relative_to(HOUSE).parts]
    trees = {
        path.relative_to(HOUSE).as_posix(): ast.parse(path.read_text(encoding="utf-8")) for path in paths
    }
    shared = {name: at for tree in trees.values() for name, at in takers(tree).items() if name[0] != "_"}
    found = {
        action for where, tree in trees.items() for action in actions_of(where, tree, shared | takers(tree))
    }
    assert {"view", "offer", "receive", "accept_invitation", "create_site", "add_shift"} <= found
    assert sorted(found - set(ACTIONS)) == []
    assert sorted(set(ACTIONS) - found) == [], "words for what nobody does"
