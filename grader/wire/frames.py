"""The frame: one JSON message and raw blobs, read with caps and without surprises.

Layout: eight bytes little-endian length of the header; the header, strict UTF-8
JSON ``{"message": {...}, "blobs": [{"name": ..., "size": ...}, ...]}``; then
the blobs' bytes one after the other, no gap and nothing after the last.
"""

from __future__ import annotations

import json
import math
import re
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO, NoReturn

_LENGTH = struct.Struct("<Q")
_CHUNK = 1 << 20
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


class FrameError(ValueError):
    """The bytes are not a frame, or break one of its caps."""


@dataclass(frozen=True)
class FrameLimits:
    """Caps that are checked before anything is allocated. Bytes, counts, levels."""

    header_bytes: int = 8 << 20
    blob_bytes: int = 512 << 20
    blobs: int = 5_000
    depth: int = 64


@dataclass(frozen=True)
class Frame:
    """A message with its named blobs."""

    message: Mapping[str, Any]
    blobs: Mapping[str, bytes] = field(default_factory=dict)


def write_frame(stream: BinaryIO, frame: Frame) -> int:
    """Write one frame and return its size in bytes."""
    listing = [{"name": name, "size": len(blob)} for name, blob in frame.blobs.items()]
    header = json.dumps(
        {"message": frame.message, "blobs": listing},
        ensure_ascii=False,
        allow_nan=False,
        separators=(",", ":"),
    ).encode("utf-8", "replace")
    size = _write_all(stream, _LENGTH.pack(len(header))) + _write_all(stream, header)
    for blob in frame.blobs.values():
        size += _write_all(stream, blob)
    stream.flush()
    return size


def read_frame(stream: BinaryIO, limits: FrameLimits | None = None) -> Frame:
    """Read exactly one frame that is the whole of the stream.

    Raises:
        FrameError: on anything but a well-formed frame within the limits.
    """
    limits = limits or FrameLimits()
    (length,) = _LENGTH.unpack(_read_exactly(stream, _LENGTH.size, "length"))
    if length > limits.header_bytes:
        raise FrameError(f"header of {length} bytes, at most {limits.header_bytes} allowed")
    header = load_json(_read_exactly(stream, length, "header"), limits.depth)
    message, sizes = _split(header, limits)
    blobs = {name: _read_exactly(stream, size, f"blob {name!r}") for name, size in sizes}
    if stream.read(1):
        raise FrameError("bytes after the last blob")
    return Frame(message, blobs)


def load_json(data: bytes, depth: int = 64) -> Any:
    """Strict JSON: no NaN, no repeated key, no surrogate, at most `depth` levels."""
    if _depth(data, depth) > depth:
        raise FrameError(f"JSON is nested deeper than {depth} levels")
    try:
        value = json.loads(
            data.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_constant, parse_float=_finite
        )
        if _SURROGATE.search(data):
            json.dumps(value, ensure_ascii=False).encode("utf-8")
        return value
    except (UnicodeError, json.JSONDecodeError, RecursionError) as error:
        raise FrameError(f"not JSON: {type(error).__name__}") from None
    except ValueError as error:
        if isinstance(error, FrameError):
            raise
        raise FrameError("a number is too long") from None


def _split(header: Any, limits: FrameLimits) -> tuple[dict[str, Any], list[tuple[str, int]]]:
    if not isinstance(header, dict) or set(header) != {"message", "blobs"}:
        raise FrameError("header has to be an object of message and blobs")
    message, listing = header["message"], header["blobs"]
    if not isinstance(message, dict) or not isinstance(listing, list):
        raise FrameError("message has to be an object and blobs a list")
    if len(listing) > limits.blobs:
        raise FrameError(f"{len(listing)} blobs, at most {limits.blobs} allowed")
    sizes = [_blob(entry) for entry in listing]
    if len({name for name, _ in sizes}) != len(sizes):
        raise FrameError("two blobs of one name")
    total = sum(size for _, size in sizes)
    if total > limits.blob_bytes:
        raise FrameError(f"{total} bytes of blobs, at most {limits.blob_bytes} allowed")
    return message, sizes


def _blob(entry: Any) -> tuple[str, int]:
    if not isinstance(entry, dict) or set(entry) != {"name", "size"}:
        raise FrameError("a blob is an object of name and size")
    name, size = entry["name"], entry["size"]
    if not isinstance(name, str) or type(size) is not int or size < 0:
        raise FrameError("a blob's name is text and its size a number from 0")
    return name, size


def _depth(data: bytes, depth_cap: int) -> int:
    """The deepest nesting of brackets outside strings, without recursion."""
    if data.count(b"[") + data.count(b"{") <= depth_cap:
        return 0
    level = deepest = 0
    in_string = escaped = False
    for byte in data:
        if in_string:
            if escaped:
                escaped = False
            elif byte == 0x5C:
                escaped = True
            elif byte == 0x22:
                in_string = False
        elif byte == 0x22:
            in_string = True
        elif byte in b"[{":
            level += 1
            deepest = max(deepest, level)
        elif byte in b"]}":
            level -= 1
    return deepest


def _once(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise FrameError(f"key {key[:40]!r} stands twice")
        found[key] = value
    return found


def _no_constant(name: str) -> NoReturn:
    raise FrameError(f"{name} is not a number here")


def _finite(text: str) -> float:
    """A number whose exponent is too large would be read as infinite."""
    value = float(text)
    if not math.isfinite(value):
        raise FrameError(f"{text[:20]} is not a number here")
    return value


def _read_exactly(stream: BinaryIO, size: int, what: str) -> bytes:
    parts: list[bytes] = []
    left = size
    while left:
        part = stream.read(left)
        if not part:
            raise FrameError(f"ends {left} bytes before the end of its {what}")
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def _write_all(stream: BinaryIO, data: bytes) -> int:
    view = memoryview(data).cast("B")
    sent = 0
    while sent < len(view):
        # A raw pipe may take less than it was given.
        sent += stream.write(view[sent : sent + _CHUNK]) or 0
    return sent
