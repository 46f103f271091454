"""What every test may ask for: shared data where it is to be had, and a jail or the reason why not."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


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
