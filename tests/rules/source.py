"""The repository as the rules read it: its files, and its Python as syntax trees."""

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("helpbutton", "workers")
VERSIONS = "helpbutton/migrations/versions"


@dataclass(frozen=True)
class Module:
    """One module of the product."""

    name: str
    path: Path
    tree: ast.Module

    def where(self, node: ast.AST) -> str:
        return f"{self.path.relative_to(ROOT)}:{getattr(node, 'lineno', 1)}"


@cache
def files() -> tuple[str, ...]:
    """Every file that is or would be committed, as a path from the root."""
    listed = _by_git() or _by_walking()
    return tuple(sorted(name for name in listed if (ROOT / name).is_file()))


@cache
def texts() -> dict[str, str]:
    """The content of every file that is text."""
    found = {}
    for name in files():
        content = (ROOT / name).read_bytes()
        if b"\x00" not in content:
            found[name] = content.decode("utf-8")
    return found


@cache
def modules() -> dict[str, Module]:
    """Every module of the product by its dotted name, except the migrations' versions."""
    found = {}
    for name, content in texts().items():
        path = Path(name)
        if path.suffix == ".py" and path.parts[0] in PACKAGES and not name.startswith(VERSIONS):
            dotted = ".".join(path.with_suffix("").parts).removesuffix(".__init__")
            found[dotted] = Module(dotted, ROOT / path, ast.parse(content))
    return found


def imports(module: Module) -> Iterator[tuple[str, ast.AST]]:
    """What a module imports, anywhere in it: modules of ours by full name, others as written.

    `import_module("x")` counts, and so does any text that is the name of a module of ours ("x.y" or "x.y:name").
    """
    for node in ast.walk(module.tree):
        match node:
            case ast.Import(names=names):
                yield from ((alias.name, node) for alias in names)
            case ast.ImportFrom(module=origin, names=names, level=level):
                assert level == 0, f"{module.where(node)}: import by the full name"
                for alias in names:
                    whole = f"{origin}.{alias.name}"
                    yield (whole if whole in modules() else str(origin)), node
            case ast.Call(func=function, args=[ast.Constant(value=str(name)), *_]) if ast.unparse(
                function
            ).rpartition(".")[2] in ("import_module", "__import__"):
                yield name, node
            case ast.Constant(value=str(text)) if "." in text and text.partition(":")[0] in modules():
                yield text.partition(":")[0], node


def inside(name: str, places: tuple[str, ...]) -> bool:
    """Whether a dotted name is one of the places or lies in it."""
    return any(name == place or name.startswith(f"{place}.") for place in places)


def _by_git() -> list[str]:
    """What git lists, or nothing where git or its directory is missing."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return []
    return [name for name in done.stdout.split("\0") if name]


def _by_walking() -> list[str]:
    """Everything that .gitignore does not name, by the few forms of pattern that it uses."""
    ignored = [line.rstrip("/") for line in (ROOT / ".gitignore").read_text().splitlines() if line]
    paths = [path.relative_to(ROOT) for path in ROOT.rglob("*")]
    return [
        path.as_posix()
        for path in paths
        if not any(fnmatch(part, pattern) for part in path.parts for pattern in [".git", *ignored])
    ]
