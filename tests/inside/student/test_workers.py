"""Loader workers where the walls allow no socket."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from torch.utils.data import DataLoader, TensorDataset

from grader.domain.problem import Problem
from grader.inside.student.failure import Folder
from grader.inside.student.workers import do_without_workers

DATA = TensorDataset(torch.arange(10.0))


@pytest.fixture
def unpatched() -> Iterator[None]:
    """The loader as torch made it, put back afterwards."""
    loader: Any = DataLoader
    made = loader.__init__
    yield
    loader.__init__ = made


@pytest.fixture
def notes(unpatched: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Problem]:
    """Notes in a process that the filter of level ll refuses sockets."""

    def refused(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(socket, "socket", refused)
    return do_without_workers(Folder(f"{tmp_path}/"))


def test_batches_are_made_without_workers(notes: list[Problem]) -> None:
    """Every way to ask for workers gives the same batches and one note."""
    want = [batch[0].tolist() for batch in DataLoader(DATA, 4)]
    options = {"prefetch_factor": 2, "persistent_workers": True, "timeout": 5, "worker_init_fn": print}
    for loader in (
        DataLoader(DATA, 4, num_workers=2, **options),
        DataLoader(DATA, 4, False, None, None, 3),
        type("Mine", (DataLoader,), {})(DATA, batch_size=4, num_workers=1),
    ):
        assert loader.num_workers == 0
        assert [batch[0].tolist() for batch in loader] == want
    assert [(note.reason, dict(note.facts)) for note in notes] == [("no_workers", {"workers": 2})]


def test_a_loader_without_workers_is_left_alone(notes: list[Problem]) -> None:
    """Nothing was asked for, so nothing is said."""
    assert len(DataLoader(DATA, 4, shuffle=True)) == 3
    assert notes == []


def test_where_sockets_work_workers_do(unpatched: None, tmp_path: Path) -> None:
    """At level ns nothing is changed."""
    made = DataLoader.__init__
    assert do_without_workers(Folder(f"{tmp_path}/")) == [] and DataLoader.__init__ is made
