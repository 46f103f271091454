"""The intake where it really runs: in a jail, on hostile files, with the parent's limits."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterator

import pytest

from grader.domain.outcome import Outcome
from grader.domain.reason import Reason
from grader.jail.job import Jail, Job, Limits, Zone
from grader.jail.pool import open_jail
from grader.wire.frames import Frame, read_frame

pytestmark = [pytest.mark.jail]


@pytest.fixture(scope="module")
def jail(jail_here: None) -> Iterator[Jail]:
    """A jail of this machine."""
    with open_jail(shares={}) as opened:
        yield opened


def intake(jail: Jail, raw: dict[str, bytes]) -> Frame:
    """The reply to a submission with these files."""
    limits = Limits(wall_s=60.0, cpu_s=60.0, memory_bytes=2 << 30)
    run = jail.run(Job(Zone.INTAKE, "read", {"name": "ada", "starter": {}}, blobs=raw, limits=limits))
    assert run.outcome is Outcome.FINISHED and run.reply is not None, (run.outcome, run.detail, run.log)
    with run.reply.open() as stream:
        return read_frame(stream)


def bomb(size: int, claimed: int) -> bytes:
    """A zip of one entry of zeros that claims another size."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", bytes(size))
    data = bytearray(stream.getvalue())
    central = data.index(b"PK\x01\x02")
    data[22:26] = data[central + 24 : central + 28] = struct.pack("<I", claimed)
    return bytes(data)


def test_submission_is_read_in_the_jail(jail: Jail) -> None:
    """Code, notebook, answers and essay come back as data through the wall."""
    notebook = b'{"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": [{"cell_type": "code", '
    notebook += b'"source": "%matplotlib inline\\nx = 1", "metadata": {}, "outputs": [], "execution_count": null}]}'
    raw = {
        "a/hw4.py": b"class Net: ...\n",
        "a/b.ipynb": notebook,
        "a/answers.toml": b"x = 1\n",
        "a/essay.md": "字".encode(),
    }
    reply = intake(jail, raw)
    assert set(reply.blobs) == {"hw4.py", "b.ipynb", "b.ipynb.py", "answers.toml", "essay.md"}
    assert reply.message["answers"] == {"x": 1} and reply.message["essay"]["words"] == 1
    assert reply.message["problems"] == []


@pytest.mark.parametrize("claimed", [10, 200 << 20])
def test_bomb_is_a_reason_and_not_a_limit(jail: Jail, claimed: int) -> None:
    """200 MiB of zeros in 200 KiB, honest or lying about its size, ends in a reason within the limits."""
    (problem,) = intake(jail, {"ada.zip": bomb(200 << 20, claimed)}).message["problems"]
    assert problem["reason"] in (Reason.ARCHIVE_INFLATES, Reason.ARCHIVE_REFUSED)


def test_hostile_sources_do_not_stop_the_intake(jail: Jail) -> None:
    """Brackets, numbers and notebooks that are made to break parsers leave the good file readable."""
    raw = {
        "deep.py": b"(" * 100_000,
        "minus.py": b"x = " + b"-" * 200_000 + b"1",
        "calls.py": b"f" + b"()" * 50_000,
        "dots.py": b"a" + b".a" * 100_000,
        "number.py": b"x = " + b"9" * 100_000,
        "deep.ipynb": b'{"cells": ' + b"[" * 200_000,
        "answers.toml": b"a = " + b"[" * 100_000,
        "hw4.py": b"class Net: ...\n",
    }
    message = intake(jail, raw).message
    assert "hw4.py" in [source["path"] for source in message["sources"]]
    assert {"deep.py", "deep.ipynb", "answers.toml"} <= {problem["file"] for problem in message["problems"]}
