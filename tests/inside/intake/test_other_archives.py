"""Archives that are no zip: opened by the same rules, and refused with the same reasons."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
from collections.abc import Callable

import py7zr
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.domain.reason import Reason
from grader.inside.intake.archive_rules import Refused
from grader.inside.intake.tree import open_tree
from grader.inside.intake.un7z import un7z
from grader.inside.intake.untar import decompressed, untar

FILES = {"hw4/hw4.py": b"x = 1\r\n", "hw4/網路.py": "y = '卷積'".encode(), "hw4/data.bin": bytes(range(256)) * 40}
PASSWORD = "1234"  # noqa: S105
PACKERS: dict[str, Callable[[bytes], bytes]] = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress}


def tarred(files: dict[str, bytes], *extra: tarfile.TarInfo, form: int = tarfile.PAX_FORMAT) -> bytes:
    """A tar archive of these files, and of entries without content."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=form) as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        for info in extra:
            archive.addfile(info)
    return stream.getvalue()


def in_7z(files: dict[str, bytes], password: str | None = None) -> bytes:
    """A 7z archive of these files."""
    stream = io.BytesIO()
    with py7zr.SevenZipFile(stream, "w", password=password) as archive:
        for name, data in files.items():
            archive.writestr(data, name)
    return stream.getvalue()


def reason_of(raw: dict[str, bytes]) -> str:
    """Why the one archive is refused; empty when it is not."""
    return next((str(problem.reason) for problem in open_tree(raw).problems), "")


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_tar_comes_out_as_it_went_in(form: int) -> None:
    """In each of its three forms."""
    assert untar(tarred(FILES, form=form)) == FILES


@pytest.mark.parametrize("packer", sorted(PACKERS))
def test_packed_tar_is_unpacked_whatever_it_is_called(packer: str) -> None:
    """By its first bytes, with the common folder taken off."""
    data = PACKERS[packer](tarred(FILES))
    for name in (f"ada.tar.{packer}", "ada.zip"):
        tree = open_tree({name: data})
        assert tree.problems == ()
        assert tree.files == {path.removeprefix("hw4/"): content for path, content in FILES.items()}


@pytest.mark.parametrize("packer", sorted(PACKERS))
def test_packed_file_is_the_file(packer: str) -> None:
    """hw4.py.gz holds hw4.py."""
    assert open_tree({f"hw4.py.{packer}": PACKERS[packer](b"x = 1\n")}).files == {"hw4.py": b"x = 1\n"}


def test_7z_comes_out_as_it_went_in() -> None:
    """With Chinese names."""
    assert un7z(in_7z(FILES)) == FILES


def link(name: str, target: str, kind: bytes) -> tarfile.TarInfo:
    """An entry that is no file."""
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (tarred({"../evil.py": b"x"}), Reason.ARCHIVE_ESCAPES),
        (tarred({"/etc/evil": b"x"}), Reason.ARCHIVE_ESCAPES),
        (tarred({"a.py": b"x"}, link("b.py", "a.py", tarfile.SYMTYPE)), Reason.ARCHIVE_LINK),
        (tarred({"a.py": b"x"}, link("b.py", "a.py", tarfile.LNKTYPE)), Reason.ARCHIVE_LINK),
        (tarred({"a.py": b"x"}, link("b", "", tarfile.CHRTYPE)), Reason.ARCHIVE_LINK),
        (tarred({"a.py": b"x"}, link("b", "", tarfile.FIFOTYPE)), Reason.ARCHIVE_LINK),
        (tarred({"a.py": b"x", "A.py": b"y"}), Reason.ARCHIVE_DOUBLE),
        (tarred({"a" * 300 + ".py": b"x"}), Reason.ARCHIVE_NAME),
        (tarred({f"{n}.py": b"" for n in range(2001)}), Reason.ARCHIVE_ENTRIES),
        (gzip.compress(tarred({"zeros": bytes(64 << 20)})), Reason.ARCHIVE_INFLATES),
        (bz2.compress(bytes(64 << 20)), Reason.ARCHIVE_INFLATES),
        (lzma.compress(bytes(64 << 20)), Reason.ARCHIVE_INFLATES),
        (gzip.compress(tarred(FILES))[:-300], Reason.ARCHIVE_CUT),
        (lzma.compress(tarred(FILES))[:-300], Reason.ARCHIVE_CUT),
        (bz2.compress(tarred(FILES))[:-300], Reason.ARCHIVE_CUT),
        (tarred({}), Reason.ARCHIVE_EMPTY),
        (in_7z({"zeros": bytes(64 << 20)}), Reason.ARCHIVE_INFLATES),
        (in_7z({"a.py": b"x"}, password=PASSWORD), Reason.ARCHIVE_ENCRYPTED),
    ],
)  # fmt: skip
def test_odd_archives_are_refused_whole(data: bytes, reason: Reason) -> None:
    """Nothing is repaired, and nothing of them is kept."""
    assert reason_of({"ada.tar": data}) == reason
    assert set(open_tree({"ada.tar": data}).files) == {"ada.tar"}


WHOLE = [tarred(FILES), in_7z(FILES), *(PACKERS[name](tarred(FILES)) for name in ("gz", "bz2", "xz"))]


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_damaged_archives_are_read_or_refused(data: st.DataObject) -> None:
    """A few changed bytes, or a cut, never end in anything else."""
    at = data.draw(st.integers(0, len(WHOLE) - 1))
    whole = bytearray(WHOLE[at])
    for _ in range(data.draw(st.integers(0, 5))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(whole[: data.draw(st.integers(1, len(whole)))])
    opened = [untar, un7z, *(lambda raw, name=name: decompressed(raw, name, "a") for name in ("gzip", "bzip2", "xz"))]
    try:
        assert isinstance(opened[at](cut), dict)
    except Refused:
        pass
