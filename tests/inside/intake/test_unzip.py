"""Archives: what is refused, and that nothing is repaired."""

from __future__ import annotations

import io
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.domain.reason import Reason
from grader.inside.intake import archive_rules
from grader.inside.intake import unzip as unzip_module
from grader.inside.intake.archive_rules import Refused
from grader.inside.intake.unzip import unzip


def zipped(*entries: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """An archive with these entries, as they are."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive, warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Duplicate name")
        for name, data in entries:
            archive.writestr(name, data)
    return stream.getvalue()


def entry(name: str, mode: int = 0o100644, method: int = zipfile.ZIP_DEFLATED) -> zipfile.ZipInfo:
    """An entry with a Unix mode."""
    info = zipfile.ZipInfo("placeholder")
    info.filename = name
    info.create_system = 3
    info.external_attr = mode << 16
    info.compress_type = method
    return info


def reason_of(data: bytes) -> str:
    """Why an archive is refused; empty when it is not."""
    try:
        unzip(data)
    except Refused as refused:
        return str(refused.problem.reason)
    return ""


def test_files_come_out_as_they_went_in() -> None:
    """Folders, Chinese names and every byte are kept; folder entries are no files."""
    data = zipped(("hw4/", b""), ("hw4/網路.py", b"x = 1\r\n"), ("hw4/data.bin", bytes(range(256))))
    assert unzip(data) == {"hw4/網路.py": b"x = 1\r\n", "hw4/data.bin": bytes(range(256))}
    assert unzip(zipped()) == {}


@pytest.mark.parametrize(
    "name",
    ["../evil.py", "a/../../evil.py", "a/..", "/etc/evil", "C:/evil.py", "c:evil.py", "..\\evil.py", "\\evil", "//a/b"],
)
def test_names_that_lead_outside_refuse_the_archive(name: str) -> None:
    """`..`, absolute names and drives are never cut into harmless ones (T14)."""
    with pytest.raises(Refused) as caught:
        unzip(zipped(("hw4.py", b"mine"), (entry(name), b"theirs")))
    assert caught.value.problem.reason == Reason.ARCHIVE_ESCAPES
    assert caught.value.problem.facts == {"entry": name}


@pytest.mark.parametrize("name", ["a\nb.py", "a\x1b[2J.py", "n" * 151, "/".join("abcdefghijkl"), "a\u202egpj.py"])
def test_names_that_are_none_refuse_the_archive(name: str) -> None:
    """Control characters, turned-round text, too long and too deep names."""
    assert reason_of(zipped((entry(name), b"x"))) == Reason.ARCHIVE_NAME


def test_zero_byte_in_a_name_is_seen() -> None:
    """What a C program would cut off behind a zero byte is part of the name here."""
    data = zipped(("hw4.py@.png", b"x")).replace(b"hw4.py@.png", b"hw4.py\0.png")
    assert reason_of(data) == Reason.ARCHIVE_NAME


@pytest.mark.parametrize("mode", [0o120777, 0o010644, 0o020644, 0o060644, 0o140755])
def test_links_and_devices_refuse_the_archive(mode: int) -> None:
    """An entry that is a symbolic link, pipe, device or socket."""
    assert reason_of(zipped((entry("a.py", mode), b"/etc/passwd"))) == Reason.ARCHIVE_LINK


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("hw4.py", "hw4.py"),
        ("hw4.py", "HW4.py"),
        ("é.py", "e\u0301.py"),
        ("a/./b.py", "a/b.py"),
        ("a", "a/b"),
        ("A/b", "a"),
    ],
)
def test_one_name_for_two_files_refuses_the_archive(one: str, other: str) -> None:
    """Equal names, names that differ by case, by Unicode form, by dots, and a file that is also a folder."""
    assert reason_of(zipped((entry(one), b"1"), (entry(other), b"2"))) == Reason.ARCHIVE_DOUBLE


def test_password_refuses_the_archive() -> None:
    """An encrypted entry is named, not guessed at."""
    data = bytearray(zipped(("hw4.py", b"x")))
    central = data.index(b"PK\x01\x02")
    data[6] |= 1
    data[central + 8] |= 1
    assert reason_of(bytes(data)) == Reason.ARCHIVE_ENCRYPTED


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_methods_that_choose_their_own_memory_are_refused(method: int) -> None:
    """Only stored and deflated entries are unpacked."""
    assert reason_of(zipped((entry("a", method=method), b"x" * 100))) == Reason.ARCHIVE_REFUSED


def test_litter_is_left_out_and_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """__MACOSX, .git and caches neither come out nor count as entries."""
    monkeypatch.setattr(archive_rules, "MOST_ENTRIES", 2)
    litter = [(f"__MACOSX/._{n}", b"x") for n in range(5)] + [(".git/config", b"x"), ("a/__pycache__/b.pyc", b"x")]
    assert set(unzip(zipped(("a/hw4.py", b"1"), *litter, ("essay.md", b"2")))) == {"a/hw4.py", "essay.md"}


def test_number_of_entries_is_capped(monkeypatch: pytest.MonkeyPatch) -> None:
    """One entry over the cap refuses the archive; so does a directory of more than can be listed."""
    monkeypatch.setattr(archive_rules, "MOST_ENTRIES", 3)
    entries = [(f"{n}.py", b"") for n in range(4)]
    assert reason_of(zipped(*entries[:3])) == ""
    assert reason_of(zipped(*entries)) == Reason.ARCHIVE_ENTRIES
    monkeypatch.setattr(unzip_module, "_MOST_LISTED", 3)
    assert reason_of(zipped(*entries)) == Reason.ARCHIVE_ENTRIES


def test_bomb_is_refused_by_its_ratio() -> None:
    """32 MiB of zeros in 32 KiB are not unpacked, small repetitive files are."""
    assert reason_of(zipped(("zeros", bytes(32 << 20)))) == Reason.ARCHIVE_INFLATES
    assert len(unzip(zipped(("zeros", bytes(1 << 20))))["zeros"]) == 1 << 20


def with_size(data: bytes, size: int) -> bytes:
    """The archive with another unpacked size in both headers of its only entry."""
    changed = bytearray(data)
    central = changed.index(b"PK\x01\x02")
    changed[22:26] = changed[central + 24 : central + 28] = struct.pack("<I", size)
    return bytes(changed)


def test_lying_header_does_not_unpack_more_than_it_says() -> None:
    """A bomb that claims ten bytes is refused; one that claims less than nothing useful is too."""
    assert reason_of(with_size(zipped(("zeros", bytes(32 << 20))), 10)) in (
        Reason.ARCHIVE_REFUSED,
        Reason.ARCHIVE_INFLATES,
    )


def test_promised_size_over_the_cap_is_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    """What an archive says it unpacks to counts, too: nothing is read then."""
    monkeypatch.setattr(archive_rules, "MOST_UNPACKED", 1000)
    with pytest.raises(Refused) as caught:
        unzip(with_size(zipped(("a", b"x" * 10)), 1001))
    assert caught.value.problem.facts == {"size": 1001, "most": 1000}


def test_entries_that_share_their_data_are_refused() -> None:
    """A bomb of overlapping entries: each promises the same bytes again."""
    body = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = body.compress(bytes(4 << 20)) + body.flush()
    crc, size = zlib.crc32(bytes(4 << 20)), 4 << 20
    local = struct.pack("<IHHHHHIIIHH", 0x04034B50, 20, 0, 8, 0, 0, crc, len(packed), size, 1, 0) + b"a" + packed
    central = b"".join(
        struct.pack("<IHHHHHHIIIHHHHHII", 0x02014B50, 20, 20, 0, 8, 0, 0, crc, len(packed), size, 1, 0, 0, 0, 0, 0, 0)
        + name
        for name in (b"a", b"b", b"c")
    )
    end = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 3, 3, len(central), len(local), 0)
    assert reason_of(local + central + end) in (Reason.ARCHIVE_REFUSED, Reason.ARCHIVE_INFLATES)


@pytest.mark.parametrize(
    "spoil", [lambda d: d[:-30], lambda d: d[:40], lambda d: b"PK\x03\x04" + bytes(50), lambda d: b""]
)
def test_damaged_archive_is_refused_with_the_cause(spoil: Callable[[bytes], bytes]) -> None:
    """Cut archives are a problem with words, never an exception of zipfile."""
    with pytest.raises(Refused) as caught:
        unzip(spoil(zipped(("hw4.py", b"x" * 500))))
    assert caught.value.problem.reason == Reason.ARCHIVE_REFUSED and caught.value.problem.facts["why"]


def test_changed_byte_is_found_by_the_checksum() -> None:
    """An entry whose data does not fit its checksum is refused."""
    data = zipped(("hw4.py", b"x = 12345\n"), method=zipfile.ZIP_STORED)
    assert reason_of(data.replace(b"x = 12345", b"x = 54321")) == Reason.ARCHIVE_REFUSED


@pytest.mark.parametrize("encoding", ["utf-8", "big5", "gb18030"])
def test_names_without_the_utf8_flag_are_decoded(encoding: str) -> None:
    """Archivers that write names in their country's encoding are understood, and so are those that forget the flag."""
    name = "作業四的程式檔案" if encoding == "big5" else "深度学习的作业文件"
    raw = name.encode(encoding) + b".py"
    data = zipped(("n" * len(raw), b"x")).replace(b"n" * len(raw), raw)
    assert unzip(data) == {f"{name}.py": b"x"}


@given(st.binary(max_size=300), st.integers(0, 400), st.binary(min_size=1, max_size=6))
def test_any_bytes_are_unpacked_or_refused(tail: bytes, position: int, patch: bytes) -> None:
    """Random bytes, and an archive patched anywhere, end in files inside the folder or in a reason."""
    good = zipped(("a/b.py", b"x" * 50), ("c.txt", b"hello"))
    patched = good[:position] + patch + good[position + len(patch) :]
    for data in (tail, good + tail, patched):
        try:
            names = unzip(data)
        except Refused as refused:
            assert refused.problem.reason in set(Reason)
        else:
            assert all(not Path(name).is_absolute() and ".." not in Path(name).parts for name in names)
