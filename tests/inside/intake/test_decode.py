"""Text in the encodings that students' editors write."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.inside.intake.decode import UNKNOWN, decode_source, decode_text

TRADITIONAL = "# 這是第四次作業的程式碼,使用卷積神經網路來分類圖片\nx = 1  # 參數的數量\n"
SIMPLIFIED = "# 这是第四次作业的代码,使用卷积神经网络来分类图片\nx = 1  # 参数的数量\n"
KOREAN = "# 이것은 네 번째 과제의 코드입니다. 합성곱 신경망으로 이미지를 분류합니다\nx = 1  # 매개변수의 개수\n"


@given(st.text(alphabet=st.characters(blacklist_categories=("Cs",), blacklist_characters="\ufeff\0")))
def test_utf8_is_read_as_it_is(text: str) -> None:
    """Valid UTF-8 stays what it is, with or without a mark, unless it declares something else."""
    if "coding" not in text:
        assert decode_text(text.encode("utf-8")).text == text
        assert decode_text(codecs.BOM_UTF8 + text.encode("utf-8")).text == text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (TRADITIONAL, "cp950"),
        (TRADITIONAL, "big5"),
        (SIMPLIFIED, "gb18030"),
        (SIMPLIFIED, "gb2312"),
        (KOREAN, "cp949"),
        (KOREAN, "euc-kr"),
    ],
)
def test_east_asian_encodings_are_recognised(text: str, encoding: str) -> None:
    """A file of comments in Big5, GB or EUC-KR is read without a declaration, and the assumption is said."""
    decoded = decode_text(text.encode(encoding))
    assert decoded.text == text and decoded.assumed


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_wide_encodings_are_recognised(encoding: str) -> None:
    """What Notepad calls Unicode, with its mark or without."""
    text = "class Net:\n    pass  # 網\n" * 3
    assert decode_text(text.encode(encoding)).text.removeprefix("\ufeff") == text


@pytest.mark.parametrize("encoding", ["big5", "gb2312", "euc-kr", "latin-1", "cp1252", "shift_jis"])
def test_declared_encoding_is_honoured_and_rewritten(encoding: str) -> None:
    """The declaration decides, also in the second line; our UTF-8 copy declares UTF-8, on the same lines."""
    text = f"#!/usr/bin/env python\n# -*- coding: {encoding} -*-\nx = 'ab'\n"
    decoded = decode_source(text.encode(encoding))
    assert decoded.text == text.replace(encoding, "utf-8") and not decoded.assumed
    compile(decoded.text.encode("utf-8"), "x.py", "exec")


@pytest.mark.parametrize("encoding", ["rot13", "unicode_escape", "utf-7", "punycode", "zlib", "nonsense", "idna"])
def test_declaration_of_anything_else_is_ignored(encoding: str) -> None:
    """Codecs that compute something, and those that do not exist, are not used."""
    text = f"# coding: {encoding}\nx = '\\x41+AGE-'\n"
    assert decode_text(text.encode()).text == text


def test_declaration_that_does_not_fit_is_ignored() -> None:
    """A file that says ASCII and is UTF-8 is read as UTF-8."""
    text = "# coding: ascii\nx = 'é'\n"
    assert decode_text(text.encode("utf-8")).text == text


def test_bytes_of_no_encoding_are_still_text() -> None:
    """What fits nothing is read with replacement characters, and said to be unknown."""
    decoded = decode_text(b"x = 1\n# \xff\xfe\xfd\x81\n")
    assert decoded.encoding == UNKNOWN and decoded.assumed and decoded.text.startswith("x = 1\n# \ufffd")


@given(st.binary(max_size=200))
def test_any_bytes_become_text(data: bytes) -> None:
    """No input raises, and the result can be written as UTF-8."""
    assert isinstance(decode_source(data).text.encode("utf-8", "replace"), bytes)
