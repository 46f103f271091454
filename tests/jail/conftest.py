"""A real jail for the tests of this folder, opened once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.jail.job import Jail, Zone
from grader.jail.pool import open_jail


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that a job may be shown."""
    folder = tmp_path_factory.mktemp("share")
    (folder / "train.txt").write_text("training data")
    folder.chmod(0o755)
    return folder


@pytest.fixture(scope="session")
def jail(jail_here: None, shared_folder: Path) -> Iterator[Jail]:
    """The strongest jail that this machine has."""
    with open_jail(shares={Zone.STUDENT: {"train": shared_folder}, Zone.INTAKE: {"train": shared_folder}}) as opened:
        yield opened
