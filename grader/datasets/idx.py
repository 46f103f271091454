"""The idx files of MNIST: magic number, sizes and the hash of what is inside are checked."""

from __future__ import annotations

import gzip
import hashlib
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from grader.errors import DatasetError


@dataclass(frozen=True)
class IdxFile:
    """One file: its name without .gz, the shape of its array and the SHA-256 of the unpacked bytes."""

    name: str
    shape: tuple[int, ...]
    sha256: str

    @property
    def header(self) -> bytes:
        """Two zero bytes, 0x08 for unsigned bytes, the number of axes, then the sizes, big-endian."""
        return struct.pack(f">HBB{len(self.shape)}I", 0, 8, len(self.shape), *self.shape)

    @property
    def size(self) -> int:
        """Bytes of the unpacked file."""
        count = 1
        for axis in self.shape:
            count *= axis
        return len(self.header) + count


def read_idx(folder: Path, wanted: IdxFile) -> npt.NDArray[np.uint8]:
    """The array in folder/<name>.gz, or in folder/<name> when only that is there.

    Raises:
        DatasetError: names the file and the rule it breaks.
    """
    packed = folder / f"{wanted.name}.gz"
    path = packed if packed.exists() else folder / wanted.name
    if not path.is_file():
        raise DatasetError(f"{packed}: is missing; want the four idx .gz files of MNIST in one folder")
    data = _unpacked(path, wanted.size)
    header = wanted.header
    if data[: len(header)] != header:
        axes = " x ".join(map(str, wanted.shape))
        raise DatasetError(f"{path}: does not begin like an idx file of {axes} bytes")
    if len(data) != wanted.size:
        raise DatasetError(f"{path}: unpacks to {_count(data, wanted.size)} bytes, want {wanted.size}; get it again")
    found = hashlib.sha256(data).hexdigest()
    if found != wanted.sha256:
        raise DatasetError(f"{path}: is damaged: SHA-256 {found[:16]}..., want {wanted.sha256[:16]}...; get it again")
    return np.frombuffer(data, dtype=np.uint8, offset=len(header)).reshape(wanted.shape)


def _unpacked(path: Path, size: int) -> bytes:
    try:
        opener = gzip.open if path.suffix == ".gz" else open
        with opener(path, "rb") as stream:
            # One byte more than allowed, so that a file that unpacks to gigabytes never does.
            return bytes(stream.read(size + 1))
    except (OSError, EOFError, zlib.error) as error:
        raise DatasetError(f"{path}: is damaged ({error}); get it again") from None


def _count(data: bytes, size: int) -> str:
    return f"more than {size}" if len(data) > size else str(len(data))
