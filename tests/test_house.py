"""The house keeps its shape: which way imports point, and what must not be loaded where."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

import models
from service.dispatch import JOBS

ROOT = Path(__file__).parents[1]
FORBIDDEN = {
    "service/core": {"flask", "redis", "rq", "sklearn", "numpy", "os", "time", "models", "worker"},
    "service/web": {"rq", "redis", "sklearn", "numpy", "worker", "models", "os"},
    "service": {"worker"},  # jobs are named by text; only the command starts the worker
    "models": {"flask", "redis", "rq", "sqlalchemy", "service", "worker", "os"},
    "worker": {"flask", "sklearn", "os"},
}
ALLOWED = {
    ("service/cli/run.py", "worker"),
    ("models/artifact.py", "os"),  # fsync and rename
    ("service/core/store/turns.py", "time"),  # how long to wait in line, no time of day
}
CORE_MUST_NOT_SEE = (
    "service.web",
    "service.app",
    "service.config",
    "service.dispatch",
    "service.scoring",
)


def sources(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def imports_of(path: Path) -> set[str]:
    """Dotted names of all that the file imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize("folder", FORBIDDEN)
def test_a_folder_imports_nothing_it_must_not_know(folder: str) -> None:
    for path in sources(folder):
        relative = path.relative_to(ROOT).as_posix()
        roots = {name.split(".")[0] for name in imports_of(path)}
        strangers = {name for name in roots & FORBIDDEN[folder] if (relative, name) not in ALLOWED}
        assert not strangers, f"{relative} imports {', '.join(sorted(strangers))}"


def test_core_knows_neither_doors_nor_settings() -> None:
    for path in sources("service/core"):
        seen = {name for name in imports_of(path) if name.startswith(CORE_MUST_NOT_SEE)}
        assert not seen, f"{path.name} imports {seen}"


def test_only_dispatch_and_the_worker_know_rq() -> None:
    users = {
        path.relative_to(ROOT).as_posix()
        for folder in ("service", "models", "worker")
        for path in sources(folder)
        if any(name.split(".")[0] == "rq" for name in imports_of(path))
    }
    assert users == {"service/dispatch.py", "worker/__main__.py"}


def test_only_config_reads_the_environment() -> None:
    readers = {
        path.relative_to(ROOT).as_posix()
        for folder in ("service", "models", "worker")
        for path in sources(folder)
        if "os.environ" in (source := path.read_text(encoding="utf-8")) or "getenv" in source
    }
    assert readers == {"service/config.py"}


def test_only_what_trains_and_measures_looks_behind_the_face_of_models() -> None:
    users = {
        path.relative_to(ROOT).as_posix()
        for folder in ("service", "worker")
        for path in sources(folder)
        for name in imports_of(path)
        if name.startswith("models.") and name.removeprefix("models.") not in models.__all__
    }
    assert users == {"service/cli/measure.py", "service/cli/model.py"}


def loaded_by(module: str) -> set[str]:
    """Top-level modules in a fresh process that has imported `module`."""
    code = f"import {module}, sys; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return {name.split(".")[0] for name in done.stdout.split()}


@pytest.mark.parametrize(
    ("module", "strangers"),
    [
        ("service.core.moderation", {"flask", "sklearn", "redis", "rq"}),
        ("service.core.waiting", {"flask", "sklearn", "redis", "rq"}),
        ("worker.jobs", {"flask"}),
        ("service.cli", {"sklearn", "rq"}),  # so that `hamlet --help` answers at once
        ("models", {"flask", "sqlalchemy", "redis", "rq", "service"}),
    ],
)
def test_importing_a_part_does_not_load_another_ones_libraries(
    module: str, strangers: set[str]
) -> None:
    assert not loaded_by(module) & strangers


@pytest.mark.parametrize("job", JOBS)
def test_every_job_name_resolves_to_a_function(job: str) -> None:
    module, _, function = job.rpartition(".")
    assert callable(getattr(importlib.import_module(module), function))
