"""What every test may ask for: shared data where it is to be had, and a jail or the reason why not."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent


TOGETHER = frozenset(
    {
        "tests/honest/test_honest.py",
        "tests/test_class_run.py",
        "tests/test_inspect.py",
        "tests/test_publish.py",
        "tests/test_samples.py",
    }
)
"""Files whose tests share a class that takes long to grade: one process runs them all."""


def scope_of(nodeid: str) -> str:
    """What one process runs as a whole: a file, or a single test."""
    file = nodeid.partition("::")[0]
    return file if file in TOGETHER else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """xdist's own groups (3.8) are lost on pytest 9, whose node ids can no longer be changed."""
    from xdist.scheduler import LoadScopeScheduling

    class Together(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return scope_of(nodeid)

    return Together(config, log)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of data sets that may not be committed; skips with the reason without it."""
    folder = Path(os.environ.get("GRADER_SHARED", ROOT.parent / "shared")) / "data"
    if not folder.is_dir():
        pytest.skip(f"no shared data at {folder}; GRADER_SHARED names another place")
    return folder


@pytest.fixture(scope="session")
def jail_here() -> None:
    """Skips where no jail can be had, unless GRADER_REQUIRE_JAIL=1 says that there must be one."""
    if shutil.which("bwrap") is None:
        reason = "bubblewrap is not installed: apt-get install bubblewrap"
        if os.environ.get("GRADER_REQUIRE_JAIL") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
