"""The house: which room may import which, and where each heavy library may be touched."""

import ast
from functools import cache
from pathlib import Path

from tests.conftest import REPOSITORY

PACKAGES = ("flows", "expectations", "reports", "sql")

# Room -> the rooms it may import. A room is a module or package of the first two levels.
FOUNDATION = {
    *("flows.exits", "flows.files", "flows.headers", "flows.limits", "flows.method", "flows.periods", "flows.post"),
    *("flows.machine_code", "flows.processes", "flows.progress", "flows.seeds", "flows.settings", "sql"),
}
ROOMS = {
    "flows.sources": FOUNDATION,
    "flows.labels": FOUNDATION,
    "flows.store": FOUNDATION,
    "flows.simulation": FOUNDATION,
    "flows.trends": FOUNDATION,
    "expectations": FOUNDATION,
    "reports": FOUNDATION,
}
ORDER = [  # each may import everything before it
    {"sql"},
    {"flows.exits", "flows.hosts", "flows.limits", "flows.machine_code", "flows.processes", "flows.progress"},
    {"flows.headers", "flows.method", "flows.seeds"},
    {"flows.periods", "flows.post"},
    {"flows.files"},
    {"flows.settings"},
    set(ROOMS),
    {"flows.reviewing"},
    {"flows.orchestrator", "flows.prefect_server"},
    {"flows.loading"},
    {"flows.collecting", "flows.publishing"},
    {"flows.desk"},
    {"flows.forgetting"},
    {"flows.keeping", "flows.secret_blocks", "flows.seed_checks"},
    {"flows.initialising"},
    {"flows.steps"},
    {"flows.crews"},
    {"flows.tasks", "flows.planning", "flows.status", "flows.record", "flows.dictionary"},
    {"flows.weekly", "flows.backfill", "flows.extract"},
    {"flows.daily", "flows.expiring", "flows.fleet"},
    {"flows.schedule"},
    {"flows.serving"},
    {"flows.demo"},
    {"flows.cli_call"},
    {"flows.cli_desk", "flows.cli_fleet", "flows.cli_keep", "flows.cli_label", "flows.cli_past"},
    {"flows.cli"},
]
# The rooms of `reports`, in the same way: from frames to documents.
REPORT_ORDER = [
    {"reports.edition"},
    {"reports.reading"},
    {"reports.judging"},
    {"reports.wording"},
    {"reports.tables"},
    {"reports.figures"},
    {"reports.typeset"},
    {"reports.weekly"},
    {"reports.briefing", "reports.letter", "reports.national", "reports.note", "reports.site"},
    {"reports.render"},
    {"reports"},
]

LIBRARIES = {
    "prefect": {
        "flows/crews.py",
        "flows/tasks.py",
        "flows/weekly.py",
        "flows/extract.py",
        "flows/backfill.py",
        "flows/daily.py",
        "flows/expiring.py",
        "flows/fleet.py",
        "flows/schedule.py",
        "flows/prefect_server.py",
        "flows/secret_blocks.py",
    },
    "httpx": {"flows/sources/http.py", "flows/simulation/services/", "flows/tasks.py"},
    "prefect_dask": {"flows/crews.py"},
    "prefect_ray": {"flows/crews.py"},
    "obstore": {"flows/store/exchange.py"},
    "duckdb": {"flows/store/warehouse.py"},
    "great_expectations": {"expectations/"},
    "matplotlib": {"reports/"},
    "typst": {"reports/"},
    "jinja2": {"flows/desk/", "reports/"},
    "starlette": {"flows/desk/", "flows/serving.py", "flows/simulation/services/"},
    "uvicorn": {"flows/prefect_server.py", "flows/serving.py", "flows/simulation/services/"},
    "argon2": {"flows/desk/people.py"},
    "sqlite3": {"flows/desk/", "flows/reviewing/", "flows/forgetting/", "flows/prefect_server.py"},
    "xlsxwriter": {"reports/"},
    "openpyxl": {"flows/files/workbook.py"},
    "apprise": {"flows/publishing/notice.py"},
    "rich": {"flows/progress.py"},
    "typer": {"flows/cli.py", *(f"flows/cli_{room}.py" for room in ("call", "desk", "fleet", "keep", "label", "past"))},
}


def _imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


@cache
def _modules() -> dict[str, set[str]]:
    """Every module of the repository and what it imports."""
    files = [path for package in PACKAGES for path in sorted((REPOSITORY / package).rglob("*.py"))]
    return {path.relative_to(REPOSITORY).as_posix(): _imports(path) for path in files}


def _room(dotted: str) -> str | None:
    parts = dotted.split(".")
    if parts[0] not in PACKAGES:
        return None
    return ".".join(parts[:2]) if parts[0] == "flows" else parts[0]


def _rank(room: str, order: list[set[str]] | None = None) -> int | None:
    return next((rank for rank, rooms in enumerate(order or ORDER) if room in rooms), None)


def _report_room(dotted: str) -> str | None:
    """The room of `reports` a dotted name lies in; a name the package itself gives is the package's."""
    package, *below = dotted.split(".")
    if package != "reports":
        return None
    path = REPOSITORY / package / (below[0] if below else "")
    is_room = below and (path.is_dir() or path.with_suffix(".py").is_file())
    return f"reports.{below[0]}" if is_room else "reports"


def test_there_is_something_to_check() -> None:
    assert len(_modules()) > 30
    assert sum(len(imports) for imports in _modules().values()) > 200


def test_every_module_has_a_room() -> None:
    homeless = {
        name
        for name in _modules()
        if (room := _room(name.removesuffix(".py").replace("/", "."))) and _rank(room) is None
    }
    assert homeless <= {"flows/__init__.py"}


def test_imports_go_one_way() -> None:
    wrong = []
    for name, imports in _modules().items():
        own = _room(name.removesuffix(".py").replace("/", ".").removesuffix(".__init__"))
        for imported in imports:
            other = _room(imported)
            if own is None or other is None or other == own or _rank(other) is None:
                continue
            allowed = ROOMS.get(own)
            if (allowed is not None and other not in allowed) or (allowed is None and _rank(other) > _rank(own)):
                wrong.append(f"{name} imports {imported}")
    assert wrong == []


def test_imports_within_the_reports_go_one_way() -> None:
    wrong, seen = [], 0
    for name, imports in _modules().items():
        own = _report_room(name.removesuffix(".py").replace("/", ".").removesuffix(".__init__"))
        if own is None or own == "reports":
            continue
        assert _rank(own, REPORT_ORDER) is not None, f"{own} has no place in the order of the reports"
        for imported in imports:
            other = _report_room(imported)
            if other in (None, "reports", own):
                continue
            seen += 1
            if _rank(other, REPORT_ORDER) > _rank(own, REPORT_ORDER):
                wrong.append(f"{name} imports {imported}")
    assert seen > 100
    assert wrong == []


def test_no_module_is_longer_than_a_person_reads_at_once() -> None:
    lengths = {name: len((REPOSITORY / name).read_text(encoding="utf-8").splitlines()) for name in _modules()}
    assert {name: lines for name, lines in lengths.items() if lines > 400} == {}


def test_heavy_libraries_stay_in_their_rooms() -> None:
    seen = dict.fromkeys(LIBRARIES, 0)
    for name, imports in _modules().items():
        for library, rooms in LIBRARIES.items():
            if any(item == library or item.startswith(f"{library}.") for item in imports):
                seen[library] += 1
                assert any(name.startswith(room) for room in rooms), f"{name} imports {library}"
    assert all(seen.values()), f"nobody imports {[library for library, count in seen.items() if not count]}"


def test_no_room_without_a_name() -> None:
    names = {part for name in _modules() for part in Path(name).with_suffix("").parts}
    assert not names & {"utils", "util", "common", "helpers", "helper", "manager", "misc"}


def test_only_settings_reads_the_environment() -> None:
    readers = {name for name in _modules() if "os.environ" in (REPOSITORY / name).read_text(encoding="utf-8")}
    assert readers <= {"flows/settings.py", "expectations/run.py"}


def test_the_methods_sum_floats_alike_under_every_python() -> None:
    # Since 3.12 the built-in `sum` of floats is compensated; `math.fsum` and NumPy give the same everywhere.
    names, summed = [], []
    for path in sorted((REPOSITORY / "flows" / "trends").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                names.append(node.func.id)
                summed += [path.name] if node.func.id == "sum" else []
    assert "fsum" in names
    assert summed == []
