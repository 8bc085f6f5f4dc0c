"""The walls of the house: rooms import one way, pure files stay pure, each library has its one place."""

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter

import pytest

from tests.rules.source import Module, imports, inside, modules

GROUND_FLOOR = (
    *("errors", "clock", "config_dir", "i18n", "reasons", "settings", "db", "bell", "outbox", "heartbeat"),
    *("children", "embedded_valkey", "demo_sign_ins", "daily_counts", "once", "plain_text"),
)
HOUSE: tuple[tuple[tuple[str, ...], ...], ...] = (
    (("helpbutton.__init__", *(f"helpbutton.{name}" for name in GROUND_FLOOR)),),
    (("helpbutton.vault",),),
    (("helpbutton.audit",),),
    (("helpbutton.directory",),),
    (("helpbutton.activities",),),
    (("helpbutton.staff",),),
    (("helpbutton.cases",), ("helpbutton.feedback",)),
    (("helpbutton.triage",), ("helpbutton.routing",), ("helpbutton.conversation",)),
    (("helpbutton.notifications",),),
    (("helpbutton.escalation",),),
    (
        *(("helpbutton.sorting",), ("helpbutton.figures",), ("helpbutton.watching",)),
        *(("helpbutton.readiness",), ("helpbutton.exchange",)),
    ),
    (("helpbutton.privacy",),),
    (("helpbutton.app", "helpbutton.tables", "helpbutton.migrate", "helpbutton.migrations"),),
    (("helpbutton.web",), ("workers",)),
    (
        (
            *("helpbutton.cli", "helpbutton.__main__", "helpbutton.commands", "helpbutton.demo"),
            *("helpbutton.demo_cases",),
            *("helpbutton.supervisor", "helpbutton.web_server"),
        ),
    ),
)
"""The storeys from the ground up, each a row of rooms: a room sees itself and what lies on lower storeys."""

PURE = (
    "helpbutton.activities.recurrence",
    "helpbutton.triage",
    "helpbutton.routing.match",
    "helpbutton.routing.coverage",
    "helpbutton.cases.clock_rules",
    "helpbutton.cases.clock_time",
    "helpbutton.cases.handover_rules",
    "helpbutton.cases.kinds",
    "helpbutton.cases.lifecycle",
    "helpbutton.cases.next_try",
    "helpbutton.cases.promise",
    "helpbutton.cases.quarantine",
    "helpbutton.cases.receipts",
    "helpbutton.cases.submission",
    "helpbutton.conversation.kinds",
    "helpbutton.escalation.kinds",
    "helpbutton.escalation.ladder",
    "helpbutton.figures.periods",
    "helpbutton.figures.sheet",
    "helpbutton.figures.suppress",
    "helpbutton.notifications.codes",
    "helpbutton.notifications.decisions",
    "helpbutton.notifications.family_texts",
    "helpbutton.notifications.keywords",
    "helpbutton.notifications.kinds",
    "helpbutton.notifications.lifecycle",
    "helpbutton.notifications.texts",
    "helpbutton.notifications.timing",
    "helpbutton.notifications.wording",
    "helpbutton.sorting.decide",
    "helpbutton.staff.choices",
    "helpbutton.watching.canary_rules",
    "helpbutton.watching.checks",
)
"""Files of rules: anybody may import them; they see each other and the quiet part of the ground floor."""
PURE_SEES = ("errors", "clock", "config_dir", "i18n", "plain_text", "reasons")
KINDS = tuple(name for name in PURE if name.endswith(".kinds"))
"""Names of to-dos: constants of the type `outbox.Kind`."""

NOT_AN_IMPORT = {
    ("helpbutton.app", "helpbutton.web"): "names the package whose templates and static files Flask serves"
}

WALLS: dict[str, tuple[tuple[str, ...], dict[str, str]]] = {
    "flask": (
        ("helpbutton.app", "helpbutton.web"),
        {
            "helpbutton.commands.processes": "names the type of the application that it opens",
            "workers.celery_app": "works in the application's context",
            "workers.sweeper": "works in the application's context",
            "workers.urgent": "works in the application's context",
        },
    ),
    "flask_wtf": (("helpbutton.web",), {}),
    "flask_sqlalchemy": (("helpbutton.db",), {}),
    "celery": (("workers", "helpbutton.bell"), {}),
    "kombu": (("workers", "helpbutton.bell"), {}),
    "twilio": (
        ("helpbutton.notifications.channels.twilio", "helpbutton.notifications.channels.twilio_signature"),
        {},
    ),
    "prometheus_client": (("helpbutton.web.metrics",), {}),
    "urllib.request": (("helpbutton.watching.dead_man",), {}),
    "smtplib": (("helpbutton.notifications.channels.email",), {}),
    "requests": (("helpbutton.notifications.channels.twilio",), {}),
    "workers": (("workers", "helpbutton.commands"), {}),
    "authlib": (("helpbutton.web.sign_in.provider",), {}),
    "webauthn": (("helpbutton.staff.passkeys",), {}),
    "icalendar": (("helpbutton.staff.duty_calendar",), {}),
    "passlib": (("helpbutton.staff.second_factor",), {}),
}
"""Each library (and `workers`, which nobody but the command line starts): its place, and exceptions with the reason."""

CLOCK = ("helpbutton.clock",)
ENVIRONMENT = ("helpbutton.settings",)


def position(name: str) -> tuple[int, tuple[str, ...]]:
    """Storey and room of a module of ours."""
    name = "helpbutton.__init__" if name == "helpbutton" else name
    for storey, rooms in enumerate(HOUSE):
        for room in rooms:
            if inside(name, room):
                return storey, room
    pytest.fail(f"{name} has no place yet: put it into a room of HOUSE in tests/rules/test_imports.py")


def edges() -> Iterator[tuple[Module, str, ast.AST]]:
    """Every import of a module of ours by another."""
    for module in modules().values():
        for name, node in imports(module):
            if name in modules() and name != module.name and (module.name, name) not in NOT_AN_IMPORT:
                yield module, name, node


def test_every_module_has_its_place_and_every_place_exists() -> None:
    for name in modules():
        position(name)
    names = {"helpbutton.__init__", "helpbutton.privacy", *modules()}
    places = {place for storey in HOUSE for room in storey for place in room} | set(PURE)
    assert places <= names, f"remove what is gone from the tables: {places - names}"


def test_rooms_import_one_way() -> None:
    wrong = []
    for module, name, node in edges():
        if inside(name, PURE) or inside(module.name, PURE):
            continue
        (storey, room), (other_storey, other_room) = position(module.name), position(name)
        if other_room != room and other_storey >= storey:
            wrong.append(f"{module.where(node)} imports {name}, which does not lie below it")
    assert wrong == [], "move the code to the higher room, or hand the value down as an argument"


def test_pure_files_see_only_each_other_and_the_ground_floor() -> None:
    seen = (*PURE, *(f"helpbutton.{name}" for name in PURE_SEES))
    wrong = [
        f"{module.where(node)} imports {name}"
        for module, name, node in edges()
        if inside(module.name, PURE)
        and not inside(name, seen)
        and not (module.name in KINDS and name == "helpbutton.outbox")
    ]
    assert wrong == [], "give a pure file its facts as arguments"


def test_pure_files_do_no_work_in_the_world() -> None:
    wrong = [
        f"{module.where(node)} imports {name}"
        for module in modules().values()
        if inside(module.name, PURE)
        for name, node in imports(module)
        if inside(name, ("sqlalchemy", "flask", "structlog", "celery", "socket", "subprocess", "os"))
    ]
    wrong += [
        f"{module.where(node)} reads {ast.unparse(node)}"
        for module in modules().values()
        if inside(module.name, PURE)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute) and ast.unparse(node) in ("clock.now", "clock.today")
    ]
    assert wrong == [], "a pure file gets the moment and the rows as arguments"


def test_no_cycles() -> None:
    graph: dict[str, set[str]] = {name: set() for name in modules()}
    for module, name, _node in edges():
        graph[module.name].add(name)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"these import each other: {' -> '.join(error.args[1])}; move what they share below both")


@pytest.mark.parametrize("library", WALLS)
def test_each_library_has_its_place(library: str) -> None:
    places, exceptions = WALLS[library]
    importers = {
        module.name: module.where(node)
        for module in modules().values()
        for name, node in imports(module)
        if inside(name, (library,))
    }
    wrong = [where for name, where in importers.items() if not inside(name, (*places, *exceptions))]
    assert wrong == [], f"{library} belongs to {', '.join(places)} alone"
    assert set(exceptions) <= set(importers), "an exception that nobody needs any more: remove it from WALLS"


def test_only_the_clock_reads_the_clock() -> None:
    wrong = [
        f"{module.where(node)} reads {what}"
        for module in modules().values()
        if not inside(module.name, CLOCK)
        for node in ast.walk(module.tree)
        if (what := _clock_read(node))
    ]
    assert wrong == [], "use helpbutton.clock, so that tests can move the time"


def test_only_settings_reads_the_environment() -> None:
    wrong = [
        f"{module.where(node)} reads {ast.unparse(node)}"
        for module in modules().values()
        if not inside(module.name, ENVIRONMENT)
        for node in ast.walk(module.tree)
        if _mentions(node, "os", {"environ", "environb", "getenv", "getenvb"})
    ]
    assert wrong == [], "add a field to helpbutton.settings.Settings and read settings.current()"


def _clock_read(node: ast.AST) -> str | None:
    """How this node reads the clock, if it does."""
    if _mentions(
        node, "time", {"time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "gmtime", "localtime"}
    ):
        return ast.unparse(node)
    if isinstance(node, ast.Attribute) and node.attr in ("now", "utcnow", "today"):
        owner = ast.unparse(node.value)
        if owner.rpartition(".")[2] in ("datetime", "date", "func"):
            return ast.unparse(node)
    return None


def _mentions(node: ast.AST, library: str, names: set[str]) -> bool:
    """Whether the node is `library.name` or imports one of the names from the library."""
    match node:
        case ast.Attribute(value=ast.Name(id=owner), attr=attribute):
            return owner == library and attribute in names
        case ast.ImportFrom(module=origin, names=aliases):
            return origin == library and any(alias.name in names for alias in aliases)
    return False
