"""Looks at a handed-in file of weights before anything reads it: what kind it is, and what its directory promises."""

from __future__ import annotations

import json
import os
import struct
import zipfile
from pathlib import Path

MOST_ENTRIES = 20_000
MOST_DESCRIPTION = 8 << 20
"""Bytes of the pickle that names and sizes the tensors, or of safetensors' header."""

_SAFETENSORS_LENGTH = struct.Struct("<Q")
_LOCAL_HEADER = 30
_ENCRYPTED = 0x1
_ELSE = "another format than a state dict of torch.save or safetensors"
_MAGIC = (
    (b"\x89HDF\r\n\x1a\n", "HDF5, as Keras writes it"),
    (b"\x80", "a bare pickle, which can run code when it is loaded"),
    (b"\x93NUMPY", "a NumPy array"),
)


class CheckpointRefused(Exception):
    """A file of weights that is not read; the text says why in a few words."""


def look(path: Path) -> str:
    """ "zip" for an archive of torch.save whose directory holds, "safetensors" for a header that holds.

    Raises:
        CheckpointRefused: for every other file, naming the rule that it breaks.
    """
    size = path.stat().st_size
    with path.open("rb") as stream:
        start = stream.read(_SAFETENSORS_LENGTH.size + 1)
    if start.startswith(b"PK"):
        _look_at_directory(path, size)
        return "zip"
    if len(start) == _SAFETENSORS_LENGTH.size + 1 and start.endswith(b"{"):
        _look_at_header(path, size)
        return "safetensors"
    raise CheckpointRefused(next((name for magic, name in _MAGIC if start.startswith(magic)), _ELSE))


def _look_at_directory(path: Path, size: int) -> None:
    """torch.save stores its records one after the other and uncompressed; what differs is not its work."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise CheckpointRefused("a zip archive with a damaged directory") from None
    names = [entry.filename for entry in entries]
    if not entries or len(entries) > MOST_ENTRIES:
        raise CheckpointRefused(f"a zip archive with {len(entries)} entries, at most {MOST_ENTRIES} are read")
    if len(set(names)) != len(names) or len({name.partition("/")[0] for name in names}) != 1:
        raise CheckpointRefused("a zip archive that torch.save did not write")
    if any(entry.compress_type != zipfile.ZIP_STORED or entry.flag_bits & _ENCRYPTED for entry in entries):
        raise CheckpointRefused("a compressed or encrypted archive; torch.save compresses nothing")
    _check_places(entries, size)
    inner = {name.partition("/")[2]: entry for name, entry in zip(names, entries, strict=True)}
    if "constants.pkl" in inner or any(name.startswith("code/") for name in inner):
        raise CheckpointRefused("a TorchScript program, which holds code")
    if any(name.startswith("models/") and name.endswith(".json") for name in inner):
        raise CheckpointRefused("a program of torch.export instead of weights")
    if "data.pkl" not in inner:
        raise CheckpointRefused("a zip archive that torch.save did not write")
    if inner["data.pkl"].file_size > MOST_DESCRIPTION:
        raise CheckpointRefused(f"its description is over {MOST_DESCRIPTION} bytes long")


def _check_places(entries: list[zipfile.ZipInfo], size: int) -> None:
    """Every entry has bytes of its own inside the file."""
    end = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        if entry.file_size != entry.compress_size or entry.header_offset < end:
            raise CheckpointRefused("a zip archive whose entries overlap")
        end = entry.header_offset + _LOCAL_HEADER + len(entry.filename.encode()) + entry.file_size
    if end > size:
        raise CheckpointRefused("a zip archive that promises more than it holds")


def _look_at_header(path: Path, size: int) -> None:
    with path.open("rb") as stream:
        (length,) = _SAFETENSORS_LENGTH.unpack(stream.read(_SAFETENSORS_LENGTH.size))
        rest = size - _SAFETENSORS_LENGTH.size
        if length > min(MOST_DESCRIPTION, rest):
            raise CheckpointRefused("a safetensors header that is longer than the file, or than is read")
        text = stream.read(length)
    try:
        header = json.loads(text)
    except (ValueError, RecursionError):
        raise CheckpointRefused("a safetensors header that is no JSON") from None
    rows = [row for name, row in header.items() if name != "__metadata__"] if isinstance(header, dict) else None
    if rows is None or len(rows) > MOST_ENTRIES:
        raise CheckpointRefused("a safetensors header that is no list of tensors")
    for row in rows:
        place = row.get("data_offsets") if isinstance(row, dict) else None
        if not isinstance(place, list) or [type(number) for number in place] != [int, int]:
            raise CheckpointRefused("a safetensors header without places")
        if not 0 <= place[0] <= place[1] <= rest - length:
            raise CheckpointRefused("a safetensors header that promises more than the file holds")


def as_file(data: bytes, folder: Path) -> Path:
    """The bytes as a private file in `folder`, which the readers can map instead of copying."""
    path = folder / "checkpoint"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(data)
    return path
