"""Bytes that the parent holds without reading them."""

from __future__ import annotations

import os
import struct
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.jail.spool import FileSpool, read_only
from grader.jail.trailer import strip_trailer


def spool_of(data: bytes) -> FileSpool:
    """A spool with these bytes."""
    spool = FileSpool()
    spool.append(data)
    return spool


def test_readers_have_positions_of_their_own() -> None:
    """Two readers of one spool do not disturb each other, and outlive it."""
    spool = spool_of(b"0123456789")
    first, second = spool.open(), spool.open()
    assert first.read(4) == b"0123"
    assert second.read(2) == b"01"
    spool.close()
    assert first.read() == b"456789"
    second.seek(-1, os.SEEK_END)
    assert second.read() == b"9"
    first.close()
    second.close()


def test_cut_spool_ends_where_it_was_cut() -> None:
    """What was cut off cannot be read any more."""
    spool = spool_of(b"0123456789")
    spool.cut(3)
    assert spool.size == 3
    with spool.open() as stream:
        assert stream.read() == b"012"
    spool.close()


@pytest.mark.skipif(sys.platform != "linux", reason="memory files can be sealed on Linux only")
def test_spool_that_is_handed_over_cannot_be_changed() -> None:
    """A descriptor for a job is read-only, and so is the file, even when it is opened anew."""
    spool = spool_of(b"grades")
    descriptor = read_only(spool)
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.write(descriptor, b"x")
    again = os.open(f"/proc/self/fd/{descriptor}", os.O_RDWR)
    with pytest.raises(PermissionError):
        os.write(again, b"x")
    with pytest.raises(PermissionError):
        os.ftruncate(again, 0)
    assert os.read(descriptor, 10) == b"grades"
    for number in (descriptor, again):
        os.close(number)
    spool.close()


@given(st.binary(min_size=8, max_size=200))
def test_trailer_marks_a_whole_reply(data: bytes) -> None:
    """A reply followed by its own length is whole, and then the trailer is gone."""
    spool = spool_of(data + struct.pack("<Q", len(data)))
    assert strip_trailer(spool)
    with spool.open() as stream:
        assert stream.read() == data
    spool.close()


@given(st.binary(min_size=8, max_size=200), st.integers(1, 16))
def test_cut_off_reply_is_not_whole(data: bytes, missing: int) -> None:
    """A reply that lost its end is seen, unless its last bytes happen to be its length."""
    sent = (data + struct.pack("<Q", len(data)))[:-missing]
    spool = spool_of(sent)
    says = int.from_bytes(sent[-8:], "little") if len(sent) >= 8 else -1
    assert strip_trailer(spool) == (says == len(sent) - 8 >= 8)
    spool.close()
