"""Student ids as folder names."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from grader.submissions.ids import folder_name, folder_names

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
