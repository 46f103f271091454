"""The frame codec: what is written is read back, and nothing else is."""

from __future__ import annotations

import io
import json
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.wire.frames import Frame, FrameError, FrameLimits, load_json, read_frame, write_frame

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def packed(header: bytes, tail: bytes = b"") -> io.BytesIO:
    """A stream with this header and these bytes behind it."""
    return io.BytesIO(struct.pack("<Q", len(header)) + header + tail)


@given(
    message=st.dictionaries(st.text(), VALUES, max_size=5),
    blobs=st.dictionaries(st.text(max_size=20), st.binary(max_size=200), max_size=4),
)
def test_frame_round_trip_keeps_message_and_blobs(message, blobs):
    """Every message and every blob comes back as it was written."""
    stream = io.BytesIO()
    size = write_frame(stream, Frame(message, blobs))
    assert size == len(stream.getvalue())
    stream.seek(0)
    frame = read_frame(stream)
    assert frame.message == message
    assert frame.blobs == blobs


@given(st.binary(max_size=300))
def test_read_frame_answers_any_bytes_with_frame_error(data):
    """Bytes that are no frame raise FrameError and nothing else."""
    with pytest.raises(FrameError):
        read_frame(io.BytesIO(data))


@given(cut=st.integers(0, 200), extra=st.binary(min_size=1, max_size=5))
def test_read_frame_refuses_a_cut_or_lengthened_frame(cut, extra):
    """A frame that ends early or late is refused."""
    stream = io.BytesIO()
    write_frame(stream, Frame({"a": [1, 2, {"b": None}]}, {"x": b"12345678"}))
    whole = stream.getvalue()
    with pytest.raises(FrameError):
        read_frame(io.BytesIO(whole[: min(cut, len(whole) - 1)]))
    with pytest.raises(FrameError):
        read_frame(io.BytesIO(whole + extra))


@pytest.mark.parametrize(
    "header",
    [
        b"[]",
        b'{"message":{},"blobs":[],"more":1}',
        b'{"message":[],"blobs":[]}',
        b'{"message":{},"blobs":[{"name":"a","size":-1}]}',
        b'{"message":{},"blobs":[{"name":"a","size":true}]}',
        b'{"message":{},"blobs":[{"name":"a","size":1.0}]}',
        b'{"message":{},"blobs":[{"name":"a","size":0},{"name":"a","size":0}]}',
        b'{"message":{"a":NaN},"blobs":[]}',
        b'{"message":{"a":1e999},"blobs":[]}',
        b'{"message":{"a":-1e999},"blobs":[]}',
        b'{"message":{"a":1,"a":2},"blobs":[]}',
        b'{"message":{"a":' + b"9" * 5000 + b'},"blobs":[]}',
        b'{"message":' + b"[" * 100 + b"]" * 100 + b',"blobs":[]}',
        b'{"message":{"a":"\xff"},"blobs":[]}',
    ],
)
def test_read_frame_refuses_a_bad_header(header):
    """Each way of breaking the header is refused."""
    with pytest.raises(FrameError):
        read_frame(packed(header))


def test_read_frame_caps_are_checked_before_reading():
    """A header that promises more than the caps is refused although no byte of it follows."""
    limits = FrameLimits(header_bytes=100, blob_bytes=10, blobs=1)
    with pytest.raises(FrameError, match="at most 100"):
        read_frame(io.BytesIO(struct.pack("<Q", 1 << 60)), limits)
    with pytest.raises(FrameError, match="at most 10"):
        read_frame(packed(b'{"message":{},"blobs":[{"name":"a","size":11}]}'), limits)
    with pytest.raises(FrameError, match="2 blobs"):
        read_frame(packed(b'{"message":{},"blobs":[{"name":"a","size":0},{"name":"b","size":0}]}'), limits)


def test_frame_with_half_a_surrogate_is_written_as_a_question_mark_and_refused_when_read():
    """Text that is no Unicode leaves as a question mark, and never comes in."""
    stream = io.BytesIO()
    write_frame(stream, Frame({"a": "x\ud800"}))
    stream.seek(0)
    assert read_frame(stream).message == {"a": "x?"}
    assert load_json(b'"\\ud83d\\ude00"') == "\U0001f600"
    with pytest.raises(FrameError):
        load_json(b'["\\udc00"]')


def test_load_json_counts_brackets_outside_strings_only():
    """Brackets in a text are no nesting; brackets outside are."""
    text = json.dumps({"a": "[" * 500 + '"' + "{" * 500}).encode()
    assert load_json(text)["a"].startswith("[")
    with pytest.raises(FrameError, match="deeper"):
        load_json(b"[" * 65 + b"]" * 65)
