"""The evidence store: records are whole or absent, whatever happens in between."""

from __future__ import annotations

import errno
import json
import os
import signal
import stat
import subprocess
import sys
import threading
from dataclasses import fields, replace
from pathlib import Path

import pytest

from grader.disk import write_synced
from grader.domain.evidence import (
    Essay,
    FileFact,
    FilesPayload,
    NetworkPayload,
    ProbeEvidence,
    SourceClass,
    SourceOutline,
    TrainingPayload,
    Usage,
)
from grader.domain.measurement import (
    AccuracyMeasurement,
    Chosen,
    Layer,
    Mistake,
    NetworkMeasurement,
    Provenance,
    TrainingFacts,
    UnusedParameter,
)
from grader.domain.outcome import Outcome
from grader.domain.problem import Problem
from grader.errors import OutputError
from grader.evidence import store as store_module
from grader.evidence.store import EvidenceStore

ROOT = Path(__file__).resolve().parents[2]
KEY = "ab" * 32
OTHER = "cd" * 32

PROBLEM = Problem("syntax_error", "網路.py", 3, 1, {"detail": "x", "n": 2, "share": 0.5, "yes": True, "none": None})
NETWORK = NetworkMeasurement(
    class_name="Net",
    input_shape=(1, 3, 224, 224),
    output_shape=(1, 1000),
    params=45_442_856,
    macs=698_533_568,
    flops=1_397_067_136,
    layers=(Layer("conv1", "Conv2d", (1, 3), (1, 64), 23_296, 7, config={"kernel_size": [11, 11], "bias": True}),),
    conventions={"thop": {"flops": 1}},
    eval_deterministic=True,
    provenance=Provenance.RECOMPUTED,
    unused=(UnusedParameter("fc9.weight", 10),),
    sizes_mb={"params": 173.35},
    diagnostics=(PROBLEM,),
)
ACCURACY = AccuracyMeasurement(
    dataset="MNIST",
    n=10,
    correct=9,
    accuracy=0.9,
    per_class={"0": (1, 2)},
    precision_macro=0.1,
    recall_macro=0.2,
    f1_macro=0.3,
    confusion=((1, 0), (0, 1)),
    perturbed_accuracy=0.8,
    untrained_accuracy=1 / 3,
    curve=(0.5, 0.75),
    mistakes=(Mistake(3, 1, 2, 0.25, (0, 255, 7, 8)),),
)
FILES = FilesPayload(
    files=(FileFact("hw4.py", 3, "0" * 64, "python"),),
    sources=(SourceOutline("hw4.py", (SourceClass("Net", 1, ("nn.Module",), ("n",), True),), ("f",), code="x\n"),),
    answers={"q2": {"hand": {"conv1": "1+1 = 2", "deep": [1, 2.5, True]}}},
    essay=Essay("essay.md", "text", 1, False, {"Q1": "text"}),
    problems=(PROBLEM,),
)
TRAINING = TrainingFacts(3, 2, 300.0, 12.5, True, "cpu", 0, 54_000)


def record(key: str = KEY, **changes: object) -> ProbeEvidence:
    """A small record."""
    return replace(ProbeEvidence(key, "files", Outcome.FINISHED, files=FILES), **changes)  # type: ignore[arg-type]


RECORDS = (
    record(),
    ProbeEvidence(
        KEY,
        "training",
        Outcome.FINISHED,
        training=TrainingPayload(Chosen("Net", "hw4.py", 3), NETWORK, TRAINING, ACCURACY, None, (PROBLEM,)),
        usage=Usage(1.5, 0.25, 1 << 30),
        environment={"torch": "2.15"},
    ),
    ProbeEvidence(KEY, "network", Outcome.FINISHED, network=NetworkPayload(network=NETWORK)),
    ProbeEvidence(KEY, "network", Outcome.TIMEOUT, problem=PROBLEM, log="a\x00b\n", attempts=2),
)


@pytest.mark.parametrize("evidence", RECORDS, ids=("files", "training", "network", "stopped"))
def test_record_reads_back_as_it_was(tmp_path: Path, evidence: ProbeEvidence) -> None:
    """Every kind of record comes back equal, types and all, from another opening of the store."""
    EvidenceStore(tmp_path).save(evidence)
    found = EvidenceStore(tmp_path).load(KEY)
    assert found == evidence
    assert found is not None and isinstance(found.outcome, Outcome)
    assert {field.name for field in fields(found)} == {field.name for field in fields(evidence)}


def test_absent_record_is_none(tmp_path: Path) -> None:
    """What was never saved is absent and not broken."""
    store = EvidenceStore(tmp_path / "new" / "evidence")
    assert (store.has(KEY), store.load(KEY), store.broken) == (False, None, [])


def test_blobs_come_back_and_files_are_private(tmp_path: Path) -> None:
    """Blobs are the same bytes; nobody but the owner may read any file of a record."""
    store = EvidenceStore(tmp_path / "evidence")
    store.save(record(), {"tree": b"\x00" * 1000, "empty": b""})
    assert (store.blob(KEY, "tree"), store.blob(KEY, "empty")) == (b"\x00" * 1000, b"")
    files = list((tmp_path / "evidence" / KEY).iterdir())
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600} and len(files) == 3
    assert stat.S_IMODE((tmp_path / "evidence" / KEY).stat().st_mode) == 0o700


def test_second_save_takes_the_place_of_the_first(tmp_path: Path) -> None:
    """Collecting again replaces record and blobs, and leaves nothing beside them."""
    store = EvidenceStore(tmp_path)
    store.save(record(), {"tree": b"old"})
    store.save(record(attempts=2))
    found = store.load(KEY)
    assert found is not None and found.attempts == 2
    with pytest.raises(OutputError, match="missing or damaged"):
        store.blob(KEY, "tree")
    assert {path.name for path in tmp_path.iterdir()} == {KEY, ".lock"}


@pytest.mark.parametrize("damage", ["", "{", '{"evidence": {}, "blobs": {}}', "[]", "\xff"])
def test_broken_record_counts_as_absent_and_is_named(tmp_path: Path, damage: str) -> None:
    """A record that does not parse is none, is named once, and can be saved anew."""
    store = EvidenceStore(tmp_path)
    store.save(record())
    (tmp_path / KEY / "record.json").write_text(damage, encoding="latin-1")
    assert (store.load(KEY), store.load(KEY)) == (None, None)
    assert store.broken == [tmp_path / KEY]
    store.save(record())
    assert store.load(KEY) == record()


def test_record_with_a_lost_blob_is_broken(tmp_path: Path) -> None:
    """A missing or shortened blob makes its record absent; a changed one is found when it is read."""
    store = EvidenceStore(tmp_path)
    for name in ("gone", "short"):
        store.save(record(), {"tree": b"whole"})
        blob = tmp_path / KEY / "tree"
        blob.unlink()
        if name == "short":
            blob.write_bytes(b"who")
        assert store.load(KEY) is None
    store.save(record(), {"tree": b"whole"})
    (tmp_path / KEY / "tree").write_bytes(b"other")
    with pytest.raises(OutputError, match="tree"):
        store.blob(KEY, "tree")


def test_record_of_another_key_or_format_is_broken(tmp_path: Path) -> None:
    """A record that was copied to another key, or is of another format, is not believed."""
    store = EvidenceStore(tmp_path)
    store.save(record())
    os.rename(tmp_path / KEY, tmp_path / OTHER)
    assert store.load(OTHER) is None
    store.save(record())
    path = tmp_path / KEY / "record.json"
    changed = json.loads(path.read_text("utf-8"))
    changed["evidence"]["schema"] = "grader/evidence/v0"
    path.write_text(json.dumps(changed), encoding="utf-8")
    assert store.load(KEY) is None


@pytest.mark.parametrize("key", ["", "..", "../x", "AB" * 32, KEY + "\n", "submissions"])
def test_keys_are_hashes_only(tmp_path: Path, key: str) -> None:
    """No other text becomes a path."""
    with pytest.raises(ValueError, match="no evidence key"):
        EvidenceStore(tmp_path).has(key)


@pytest.mark.parametrize("name", ["", "../x", "a/b", "record.json", ".hidden", "Tree"])
def test_blob_names_are_plain(tmp_path: Path, name: str) -> None:
    """A blob cannot be put anywhere else, nor in place of the record."""
    with pytest.raises(ValueError, match="no name for a blob"):
        EvidenceStore(tmp_path).save(record(), {name: b""})
    assert not (tmp_path / KEY).exists()


def test_numbers_that_are_none_are_our_bug(tmp_path: Path) -> None:
    """NaN in a record is refused when it is saved, not when it is read."""
    with pytest.raises(ValueError, match="JSON"):
        EvidenceStore(tmp_path).save(record(usage=Usage(wall_s=float("nan"))))
    assert {path.name for path in tmp_path.iterdir()} == {".lock"}


def test_full_disk_is_one_line_and_keeps_what_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """ENOSPC half-way through a blob names the folder; the former record stays, no draft is left."""
    store = EvidenceStore(tmp_path)
    store.save(record(), {"tree": b"old"})

    def full(path: Path, data: bytes, mode: int = 0o600) -> None:
        write_synced(path, data[: len(data) // 2], mode)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(store_module, "write_synced", full)
    with pytest.raises(OutputError, match="the disk is full; results so far are kept") as caught:
        store.save(record(attempts=9), {"tree": b"new"})
    assert str(tmp_path) in str(caught.value) and "\n" not in str(caught.value)
    assert store.load(KEY) == record() and store.blob(KEY, "tree") == b"old"
    assert {path.name for path in tmp_path.iterdir()} == {KEY, ".lock"}


_WRITER = """
import sys
from pathlib import Path
from grader.domain.evidence import ProbeEvidence
from grader.domain.outcome import Outcome
from grader.evidence.store import EvidenceStore
store = EvidenceStore(Path(sys.argv[1]))
print("ready", flush=True)
number = 0
while True:
    number += 1
    store.save(ProbeEvidence(sys.argv[2], "files", Outcome.CRASH, attempts=number), {"tree": b"%d" % number * 50_000})
"""


def test_killed_writer_leaves_whole_records_only(tmp_path: Path) -> None:
    """kill -9 at any moment: the record is absent or whole, and the next opening sweeps the rest."""
    command = [sys.executable, "-c", _WRITER, str(tmp_path), KEY]
    for pause in (0.02, 0.05, 0.11):
        writer = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT)
        assert writer.stdout is not None and writer.stdout.readline() == b"ready\n"
        threading.Event().wait(pause)
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        writer.stdout.close()
        store = EvidenceStore(tmp_path)
        found = store.load(KEY)
        assert store.broken == []
        if found is not None:
            assert store.blob(KEY, "tree") == b"%d" % found.attempts * 50_000
        assert {path.name for path in tmp_path.iterdir()} <= {KEY, ".lock"}
        del store


def test_opening_leaves_a_living_writers_draft_alone(tmp_path: Path) -> None:
    """While one store is open, another opening sweeps nothing; after it, leftovers go."""
    first = EvidenceStore(tmp_path)
    draft = tmp_path / ".draft-0011"
    draft.mkdir()
    second = EvidenceStore(tmp_path)
    assert draft.is_dir()
    del first, second
    EvidenceStore(tmp_path)
    assert not draft.exists()


def test_threads_may_save_one_key_at_once(tmp_path: Path) -> None:
    """Two students with the same files: the record is one of theirs, whole, and nobody fails."""
    stores = [EvidenceStore(tmp_path), EvidenceStore(tmp_path)]
    failures: list[BaseException] = []

    def save(number: int) -> None:
        try:
            for attempt in range(10):
                stores[number % 2].save(record(attempts=number * 100 + attempt), {"tree": b"%d" % number * 999})
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=save, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = stores[0].load(KEY)
    assert failures == [] and found is not None
    assert stores[0].blob(KEY, "tree") == b"%d" % (found.attempts // 100) * 999
