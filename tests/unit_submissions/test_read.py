"""Reading a submission's files: caps, links, devices, caches, and the hash over all."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.domain.problem import Problem
from grader.domain.reason import Reason
from grader.submissions import read
from grader.submissions.find import one_submission
from grader.submissions.read import read_files, submission_sha256


def read_folder(folder: Path) -> tuple[dict[str, bytes], dict[str, str]]:
    """Files, and reason by file."""
    files, problems = read_files(one_submission(folder))
    return files, {problem.file or "": problem.reason for problem in problems}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A submission with one file."""
    place = tmp_path / "ada"
    place.mkdir()
    (place / "hw4.py").write_text("x = 1\n")
    return place


def test_files_are_read_by_relative_path(folder: Path) -> None:
    """Sub-folders are part of the path, with slashes; contents are bytes as they are."""
    (folder / "models").mkdir()
    (folder / "models" / "網路.py").write_bytes(b"\xff\x00\r\n")
    files, problems = read_folder(folder)
    assert files == {"hw4.py": b"x = 1\n", "models/網路.py": b"\xff\x00\r\n"}
    assert problems == {}


def test_single_file_is_read_under_its_name(tmp_path: Path) -> None:
    """A .py, .ipynb or .zip submission is one file."""
    (tmp_path / "ben.py").write_bytes(b"y = 2\n")
    assert read_files(one_submission(tmp_path / "ben.py")) == ({"ben.py": b"y = 2\n"}, ())


def test_links_are_named_and_not_followed(folder: Path, tmp_path: Path) -> None:
    """Links to files, to folders and to nowhere are named; no byte behind them is read."""
    secret = tmp_path / "expected.toml"
    secret.write_text("the answers")
    (folder / "a.py").symlink_to(secret)
    (folder / "b").symlink_to(tmp_path)
    (folder / "c").symlink_to("/nowhere")
    files, problems = read_folder(folder)
    assert set(files) == {"hw4.py"}
    assert problems == dict.fromkeys(("a.py", "b", "c"), Reason.LINK_IGNORED)


def test_pipes_and_sockets_do_not_hold_the_reader(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A named pipe that nobody writes to is named at once, and so is a socket."""
    os.mkfifo(folder / "pipe.py")
    monkeypatch.chdir(folder)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("s.py")
        files, problems = read_folder(folder)
    assert set(files) == {"hw4.py"}
    assert problems == dict.fromkeys(("pipe.py", "s.py"), Reason.NOT_A_FILE)


def test_pipe_in_place_of_a_listed_file_does_not_hold_the_reader(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody who swaps a file for a pipe or a link between listing and reading gains nothing."""
    (folder / "swapped.py").write_text("z")
    (folder / "linked.py").write_text("z")
    listed = read._list_folder

    def list_then_swap(*arguments: object) -> None:
        listed(*arguments)  # type: ignore[arg-type]
        for name in ("swapped.py", "linked.py"):
            (folder / name).unlink()
        os.mkfifo(folder / "swapped.py")
        (folder / "linked.py").symlink_to("/etc/passwd")

    monkeypatch.setattr(read, "_list_folder", list_then_swap)
    files, problems = read_folder(folder)
    assert set(files) == {"hw4.py"}
    assert problems == dict.fromkeys(("swapped.py", "linked.py"), Reason.UNREADABLE_FILE)


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a file to somebody else")
def test_hard_link_to_somebody_elses_file_is_refused(folder: Path, tmp_path: Path) -> None:
    """A hard link to a file of another owner is no way to hand that file in; one's own are read."""
    secret = tmp_path / "expected.toml"
    secret.write_text("the answers")
    os.link(secret, folder / "stolen.py")
    os.link(folder / "hw4.py", folder / "copy.py")
    for place in (folder, folder / "hw4.py"):
        os.chown(place, 65534, 65534)
    files, problems = read_folder(folder)
    assert set(files) == {"hw4.py", "copy.py"}
    assert problems == {"stolen.py": Reason.UNREADABLE_FILE}


@pytest.mark.skipif(os.getuid() == 0, reason="root may read everything")
def test_unreadable_file_is_named(folder: Path) -> None:
    """A file without permission is a problem of the submission, not an exception."""
    (folder / "closed.py").write_text("x")
    (folder / "closed.py").chmod(0)
    files, problems = read_folder(folder)
    assert (set(files), problems) == ({"hw4.py"}, {"closed.py": Reason.UNREADABLE_FILE})


def test_caches_and_data_are_left_out_and_said(folder: Path) -> None:
    """What programs make and downloads leave is not read; one note counts and names it."""
    for name in (".git", "__pycache__", ".venv", ".ipynb_checkpoints"):
        (folder / name).mkdir()
        (folder / name / "x.py").write_text("x")
    (folder / "data" / "MNIST" / "raw").mkdir(parents=True)
    (folder / "data" / "MNIST" / "raw" / "train-images-idx3-ubyte.gz").write_bytes(b"x")
    (folder / "MNIST").mkdir()
    (folder / "MNIST" / "net.py").write_text("mine")
    files, problems = read_files(one_submission(folder))
    assert set(files) == {"hw4.py", "MNIST/net.py"}
    (note,) = problems
    assert (note.reason, note.facts["count"]) == (Reason.LEFT_OUT, 5)


def test_code_is_read_before_what_would_fill_the_cap(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Weights over the cap are named with size and limit; the code beside them is there."""
    monkeypatch.setattr(read, "MOST_BYTES", 100)
    (folder / "a.pth").write_bytes(b"w" * 200)
    files, problems = read_files(one_submission(folder))
    assert set(files) == {"hw4.py"}
    facts = {"file": "a.pth", "size": 200, "most": 100}
    assert problems == (Problem(Reason.TOO_LARGE, "a.pth", facts=facts),)


def test_cap_counts_all_files_together(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files fill the cap in a fixed order; exactly full is allowed."""
    monkeypatch.setattr(read, "MOST_BYTES", 26)
    (folder / "a.bin").write_bytes(b"a" * 20)
    (folder / "b.bin").write_bytes(b"b")
    files, problems = read_folder(folder)
    assert (set(files), problems) == ({"hw4.py", "a.bin"}, {"b.bin": Reason.TOO_LARGE})


def test_number_of_files_is_capped(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first files are read, code at the top before folders, and one note says that there are more."""
    monkeypatch.setattr(read, "MOST_FILES", 3)
    for place in (folder / "a", folder / "b"):
        place.mkdir()
        for number in range(5):
            (place / f"f{number}.py").write_text("x")
    files, problems = read_folder(folder)
    assert set(files) == {"hw4.py", "a/f0.py", "a/f1.py"}
    assert list(problems.values()) == [Reason.TOO_MANY_FILES]


def test_too_long_name_is_refused(folder: Path) -> None:
    """A name of more than 150 bytes is named and not read."""
    (folder / ("n" * 148 + ".py")).write_text("x")
    files, problems = read_folder(folder)
    assert set(files) == {"hw4.py"} and list(problems.values()) == [Reason.NAME_REFUSED]


def test_too_deep_folder_is_named(folder: Path) -> None:
    """The eleventh folder is not entered."""
    deep = folder.joinpath(*(f"d{number}" for number in range(read.MOST_DEPTH)))
    deep.mkdir(parents=True)
    (deep / "x.py").write_text("x")
    files, problems = read_folder(folder)
    assert set(files) == {"hw4.py"} and list(problems.values()) == [Reason.TOO_DEEP]


def test_name_with_a_line_break_is_refused(folder: Path) -> None:
    """A name that would forge a line of a log or a CSV is not read."""
    (folder / "a\nb.py").write_text("x")
    files, problems = read_folder(folder)
    assert set(files) == {"hw4.py"} and list(problems.values()) == [Reason.NAME_REFUSED]


names = st.text(alphabet="ab/é", min_size=1, max_size=4)


@given(
    st.dictionaries(names, st.binary(max_size=4), max_size=4), st.dictionaries(names, st.binary(max_size=4), max_size=4)
)
def test_hash_tells_any_two_sets_of_files_apart(one: dict[str, bytes], other: dict[str, bytes]) -> None:
    """Equal hashes mean equal paths and contents; the order of the files plays no part."""
    assert (submission_sha256(one) == submission_sha256(other)) == (one == other)
    assert submission_sha256(dict(reversed(one.items()))) == submission_sha256(one)
