"""A module imports only from its left, and no stage imports another (docs/decisions/0002, 0006)."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from metanarrative.pipeline import NAMES

PACKAGE = Path(__file__).resolve().parents[2] / "metanarrative"

LAYERS: tuple[tuple[str, ...], ...] = (
    ("errors", "model"),
    ("text", "config"),
    ("store",),
    ("project", "plugins", "execute"),
    NAMES,
    ("pipeline", "results", "export", "explain", "behind", "connect", "view", "citing", "networks", "links"),
    ("api",),
    ("cli",),
)
LEVEL = {room: level for level, rooms in enumerate(LAYERS) for room in rooms}

# module -> what it may import against the rule, and the record that says why
EXCEPTIONS = {
    "report": {"map"},  # 0006: the joining stage uses the page shell of the maps
    "plugins": {"read"},  # 0002: check_reader hands a reader its argument, a Source
}
# the front doors stand outside the layers
DOORS = {"__init__", "__main__"}


def modules() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py"))


def room_of(path: Path) -> str:
    """Return the room a file belongs to: its first name below the package."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(path: Path) -> list[tuple[str, int]]:
    """Return the rooms that a file imports, also inside functions, but not for types only."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    typing_only = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for inner in ast.walk(node)
    }
    found: list[tuple[str, int]] = []
    for node in ast.walk(tree):
        if id(node) in typing_only:
            continue
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: imports are written in full"
            bare = node.module == "metanarrative"
            names = [f"metanarrative.{a.name}" for a in node.names] if bare else [node.module or ""]
        else:
            continue
        found += [(name.split(".")[1], node.lineno) for name in names if name.startswith("metanarrative.")]
    return found


def test_every_room_has_its_layer() -> None:
    rooms = {room_of(path) for path in modules()} - DOORS
    assert rooms == set(LEVEL)


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_imports_come_from_the_left(path: Path) -> None:
    room = room_of(path)
    if room in DOORS:
        return
    for other, line in imported(path):
        if other in (room, "__version__") or other in EXCEPTIONS.get(room, set()):
            continue
        where = f"{path.relative_to(PACKAGE.parent)}:{line}"
        assert other in LEVEL, f"{where} imports metanarrative.{other}, which has no layer"
        if room in NAMES:
            assert other not in NAMES, f"{where}: stage {room} imports stage {other}"
        assert LEVEL[other] <= LEVEL[room], f"{where}: {room} imports {other}, which stands to its right"


def test_the_exceptions_are_still_needed() -> None:
    for room, allowed in EXCEPTIONS.items():
        used = {other for path in modules() if room_of(path) == room for other, _ in imported(path)}
        assert allowed <= used, f"{room} no longer imports {allowed - used}: take the exception away"


def test_rooms_of_one_layer_do_not_import_each_other_in_a_circle() -> None:
    graph: dict[str, set[str]] = {}
    for path in modules():
        room = room_of(path)
        if room not in DOORS:
            graph.setdefault(room, set()).update(o for o, _ in imported(path) if o in LEVEL and o != room)
    graph["plugins"] -= EXCEPTIONS["plugins"]
    done: set[str] = set()

    def visit(room: str, way: tuple[str, ...]) -> None:
        assert room not in way, f"circle: {' -> '.join((*way, room))}"
        if room not in done:
            for other in sorted(graph.get(room, ())):
                visit(other, (*way, room))
            done.add(room)

    for room in sorted(graph):
        visit(room, ())


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_heavy_libraries_are_imported_inside_functions(path: Path) -> None:
    heavy = {"sklearn", "torch", "sentence_transformers", "networkx", "sqlalchemy", "lxml", "trafilatura", "pyvis"}
    heavy |= {"sknetwork", "pypdfium2", "docx", "openpyxl", "graspologic_native", "pandas", "rich", "jinja2"}
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in tree.body:
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        for name in names:
            assert name.split(".")[0] not in heavy, f"{path.name}:{node.lineno}: {name} at the top of the module"


def test_only_the_store_speaks_sql() -> None:
    for path in modules():
        if room_of(path) == "store":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom | ast.Import):
                names = [a.name for a in node.names] + [getattr(node, "module", "") or ""]
                assert not {"sqlite3", "sqlalchemy"} & {n.split(".")[0] for n in names}, f"{path}:{node.lineno}"
