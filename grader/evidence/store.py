"""The evidence store: DIR/evidence/<key>/, written beside its place and renamed when whole.

A folder holds record.json, which lists the blobs with their sizes and hashes,
and the blobs. A record that does not read back as written counts as absent,
is named in `broken`, and is collected again.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import re
import secrets
import shutil
import threading
import weakref
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from grader.disk import sync_folder, write_synced, writing_to
from grader.domain.evidence import EVIDENCE_SCHEMA, ProbeEvidence
from grader.errors import OutputError

_RECORD = "record.json"
_LOCK = ".lock"
_DRAFT = ".draft-"
_KEY = re.compile(r"[0-9a-f]{64}")
_BLOB_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")


@dataclass(frozen=True)
class _Blob:
    size: int
    sha256: str


@dataclass(frozen=True)
class _Record:
    evidence: ProbeEvidence
    blobs: Mapping[str, _Blob]


_ADAPTER = TypeAdapter(_Record)


class EvidenceStore:
    """The records of one DIR; safe for several threads, and for several processes.

    `broken` lists the records that were there but could not be used.
    """

    def __init__(self, folder: Path) -> None:
        """Open the store; what an interrupted run left half-written is swept away.

        Raises:
            OutputError: when the folder cannot be made or written.
        """
        self.folder = folder
        self.broken: list[Path] = []
        self._lock = threading.RLock()
        with writing_to(folder):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
            weakref.finalize(self, os.close, descriptor)
            self._sweep(descriptor)

    def has(self, key: str) -> bool:
        """Whether a record of this key is there; `load` may still find it broken."""
        return (self._place(key) / _RECORD).is_file()

    def load(self, key: str) -> ProbeEvidence | None:
        """The record of this key, None when there is none or it is broken."""
        with self._lock:
            record = self._read(key)
        return record.evidence if record else None

    def blob(self, key: str, name: str) -> bytes:
        """The bytes that were saved with a record under this name.

        Raises:
            OutputError: when they are gone or changed.
        """
        with self._lock:
            record = self._read(key)
            path = self._place(key) / _checked(name)
            try:
                data = path.read_bytes()
            except OSError:
                data = b""
        wanted = record.blobs.get(name) if record else None
        if wanted is None or hashlib.sha256(data).hexdigest() != wanted.sha256:
            raise OutputError(f"{path}: missing or damaged; delete {path.parent} and run the command again")
        return data

    def save(self, evidence: ProbeEvidence, blobs: Mapping[str, bytes] | None = None) -> None:
        """Keep a record with its blobs; it takes the place of an older one of the same key.

        Raises:
            OutputError: when it cannot be written; what was there before stays.
        """
        place = self._place(evidence.key)
        draft = self.folder / f"{_DRAFT}{secrets.token_hex(8)}"
        with self._lock, writing_to(self.folder):
            try:
                _write_draft(draft, evidence, blobs or {})
                self._put(draft, place)
            finally:
                shutil.rmtree(draft, ignore_errors=True)

    def _place(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise ValueError(f"no evidence key: {key[:80]!r}")
        return self.folder / key

    def _read(self, key: str) -> _Record | None:
        place = self._place(key)
        try:
            data = (place / _RECORD).read_bytes()
            record = _ADAPTER.validate_json(data, strict=True)
            whole = all((place / _checked(name)).stat().st_size == blob.size for name, blob in record.blobs.items())
        except FileNotFoundError:
            whole, record = not place.exists(), None
        except (OSError, ValidationError, ValueError):
            whole, record = False, None
        if record is not None and (record.evidence.key != key or record.evidence.schema != EVIDENCE_SCHEMA):
            whole = False
        if not whole and place not in self.broken:
            self.broken.append(place)
        return record if whole else None

    def _put(self, draft: Path, place: Path) -> None:
        """Rename the draft into its place; an older record there is moved away first."""
        for _ in range(16):
            try:
                os.rename(draft, place)
                break
            except OSError as error:
                if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                    raise
                self._move_away(place)
        else:
            raise OutputError(f"{place}: another grader writes it all the time")
        sync_folder(self.folder)

    def _move_away(self, place: Path) -> None:
        old = self.folder / f"{_DRAFT}{secrets.token_hex(8)}"
        try:
            os.rename(place, old)
        except FileNotFoundError:
            return
        shutil.rmtree(old, ignore_errors=True)

    def _sweep(self, descriptor: int) -> None:
        """Remove drafts that no living process can still be writing."""
        try:
            # Fails where another grader has the store open, whose draft it may be.
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            for left in self.folder.glob(f"{_DRAFT}*"):
                shutil.rmtree(left, ignore_errors=True)
        except BlockingIOError:
            pass
        fcntl.flock(descriptor, fcntl.LOCK_SH)


def _write_draft(draft: Path, evidence: ProbeEvidence, blobs: Mapping[str, bytes]) -> None:
    draft.mkdir(mode=0o700)
    listing = {_checked(name): _Blob(len(data), hashlib.sha256(data).hexdigest()) for name, data in blobs.items()}
    for name, data in blobs.items():
        write_synced(draft / name, data)
    record = _ADAPTER.dump_python(_Record(evidence, listing), mode="json")
    # NaN and infinities have no JSON form that reads back: a bug of ours, to be seen at once.
    text = json.dumps(record, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    write_synced(draft / _RECORD, text.encode("utf-8"))
    sync_folder(draft)


def _checked(name: str) -> str:
    if not _BLOB_NAME.fullmatch(name) or name == _RECORD:
        raise ValueError(f"no name for a blob: {name[:80]!r}")
    return name
