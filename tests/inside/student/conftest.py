"""A warm process for the tests of the student zone, and what a test asks of it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.wire.frames import Frame
from tests.inside.student.handed import Handed
from tests.inside.student.warm_process import WarmProcess

HandOver = Callable[..., Handed]

NETWORK: dict[str, Any] = {
    "selector": {"declared_name": None, "names": ["CustomAlexNet"], "input_channels": 3, "outputs": 1000},
    "input_shape": [3, 224, 224],
    "build_arguments": {"num_classes": 1000},
    "batches": [1, 2],
    "weights": False,
    "import_s": 8,
    "build_s": 8,
    "forward_s": 10,
}
TRAINING: dict[str, Any] = {
    **NETWORK,
    "selector": {"declared_name": None, "names": ["build_model", "Net"], "input_channels": 1, "outputs": 10},
    "input_shape": [1, 12, 12],
    "build_arguments": {"num_classes": 10},
    "batches": [1],
    "weights": True,
    "budget": {"epochs": 2, "seconds": 20},
    "device": "cpu",
    "score_batch": 5,
    "snapshots": 4,
}


@pytest.fixture(scope="session")
def warm_process() -> Iterator[WarmProcess]:
    """One warm process for all tests of a worker."""
    process = WarmProcess()
    yield process
    process.close()


@pytest.fixture
def network(warm_process: WarmProcess, tmp_path: Path) -> HandOver:
    """Hands files over through student.network; keywords change the message."""

    def hand_over(files: dict[str, str | bytes], **changes: Any) -> Handed:
        return _run(warm_process, tmp_path, "network", files, {**NETWORK, **changes})

    return hand_over


@pytest.fixture
def training(warm_process: WarmProcess, tmp_path: Path) -> HandOver:
    """Hands files over through student.training, on sixty small random images of ten classes."""
    share = tmp_path / "shares" / "train"
    share.mkdir(parents=True)
    random = np.random.default_rng(3)
    for name, count in (("train", 60), ("heldout", 20)):
        np.save(share / f"{name}_images.npy", random.integers(0, 256, (count, 12, 12), dtype=np.uint8))
        np.save(share / f"{name}_labels.npy", random.integers(0, 10, count))

    def hand_over(files: dict[str, str | bytes], **changes: Any) -> Handed:
        return _run(warm_process, tmp_path, "training", files, {**TRAINING, **changes})

    return hand_over


def _run(process: WarmProcess, base: Path, call: str, files: dict[str, str | bytes], message: Any) -> Handed:
    folder = Path(tempfile.mkdtemp(dir=base))
    if (base / "shares").exists():
        (folder / "shares").symlink_to(base / "shares")
    tree = {name: data if isinstance(data, bytes) else data.encode("utf-8") for name, data in files.items()}
    reply = process.run(folder, call, Frame(message, tree))
    log = (folder / "log").read_text("utf-8", "replace")
    assert reply is not None, log
    return Handed(reply, log)
