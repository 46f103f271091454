"""Student ids as folder names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.submissions.ids import folder_name, folder_names, student_id_of

FORBIDDEN = set('/\\<>:"|?*')


@given(st.text(min_size=1, max_size=300))
def test_folder_name_is_a_safe_single_name(student_id: str) -> None:
    """Whatever the id: no separator, no control character, not hidden, at most 150 bytes, never empty."""
    name = folder_name(student_id)
    assert name and not FORBIDDEN & set(name) and name.isprintable()
    assert name not in (".", "..") and not name.startswith((".", "~", "-", " "))
    assert not name.endswith((".", " "))
    assert len(name.encode("utf-8")) <= 150


@given(st.text(min_size=1, max_size=60), st.text(min_size=1, max_size=60))
def test_folder_names_of_two_ids_differ(one: str, other: str) -> None:
    """Two ids never share a folder."""
    assert (folder_name(one) == folder_name(other)) == (one == other)


@given(st.lists(st.text(alphabet="aAbBéÉß ./", min_size=1, max_size=4), unique=True, max_size=12))
def test_folder_names_of_a_class_differ_without_case(ids: list[str]) -> None:
    """In a class, names differ even where the file system ignores case; the order of ids plays no part."""
    names = folder_names(ids)
    assert len({name.casefold() for name in names.values()}) == len(ids)
    assert names == folder_names(reversed(ids))


def test_ordinary_ids_are_their_own_folders() -> None:
    """Names of any script, with blanks and dots, stay as they are."""
    for student_id in ("ada-kernel", "林小卷", "김합곱", "O'Brien, Zoë", "0541345", "v1.2 final"):
        assert folder_names([student_id, "somebody else"])[student_id] == student_id


def test_device_names_are_marked() -> None:
    """CON, nul.txt and com1 are no folders on Windows."""
    for student_id in ("CON", "nul.txt", "com1"):
        assert folder_name(student_id) != student_id
        assert folder_name(student_id).split(".")[0].lower() not in ("con", "nul", "com1")


@pytest.mark.parametrize("name", ["林小卷", "O'Brien, Ada (42)", "=1+1", "می\u200cخواهم", "👩\u200d💻", "a b"])
def test_printable_name_is_its_own_id(name: str) -> None:
    """Any script, with the joiners that it needs."""
    assert student_id_of(name) == name


@pytest.mark.parametrize("name", ["a\x1b[2Jb", "a\nb", "a\u202eb", "a\u200bb", "\udcff", "", "  ", "a\u200cb"])
def test_name_that_could_steer_a_reader_is_replaced_and_marked(name: str) -> None:
    """One printable line, and no two such names meet."""
    found = student_id_of(name)
    assert found.isprintable()
    assert found
    assert found != student_id_of(name + "\x1b")
    assert student_id_of(found) == found
