"""Every code has its words and every word is used: reasons, phrases of pages, phrases of templates."""

from __future__ import annotations

import ast
import re
import string
import tomllib
from pathlib import Path

import pytest

from grader.domain.problem import Problem
from grader.domain.reason import Reason
from grader.errors import GraderError
from grader.report.catalogue import Catalogue, load_catalogue

ROOT = Path(__file__).resolve().parents[2]
MESSAGES = ROOT / "grader" / "report" / "messages" / "en"
WORDS = load_catalogue()
OF_TEMPLATES = ("page", "class")


def placeholders(text: str) -> set[str]:
    """The names in braces."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def documented_facts() -> dict[str, set[str]]:
    """The facts that stand as a comment behind each code in reason.py."""
    found = re.findall(
        r'^    [A-Z0-9_]+ = "([a-z0-9_]+)"[ \t]*(?:#(.*))?$',
        (ROOT / "grader/domain/reason.py").read_text(),
        re.MULTILINE,
    )
    return {code: set(re.findall(r"\b[a-z_0-9]+\b", comment)) for code, comment in found}


def test_reasons_and_codes_are_the_same_set() -> None:
    """No code without words, no words without a code."""
    assert set(WORDS.reasons) == {reason.value for reason in Reason}


@pytest.mark.parametrize("code", [reason.value for reason in Reason])
def test_reason_has_one_sentence_and_one_piece_of_advice(code: str) -> None:
    """Both are there, whole, and ask for no fact that the code does not carry."""
    words = WORDS.reasons[code]
    assert set(words) == {"sentence", "advice"}, code
    assert words["sentence"].strip()
    assert words["advice"].strip() or code in ("held_out_split",)
    for text in words.values():
        assert text == text.strip()
        assert "\n" not in text
        assert placeholders(text) <= documented_facts()[code], (code, placeholders(text))


def keys_in_code() -> tuple[set[str], set[str]]:
    """Keys that .text() is called with: whole ones, and the fixed beginnings of composed ones."""
    whole: set[str] = set()
    begun: set[str] = set()
    for path in (ROOT / "grader").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and "." in node.value:
                whole.add(node.value)
            if isinstance(node, ast.JoinedStr) and node.values and isinstance(node.values[0], ast.Constant):
                begun.add(str(node.values[0].value))
    return whole, begun


def keys_of_templates() -> set[str]:
    """The words that templates name as w.something."""
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "templates").glob("*.j2")]
    return {name for text in texts for name in re.findall(r"\bw\.([a-z0-9_]+)", text)}


def test_every_phrase_is_used() -> None:
    """A phrase that no code and no template names is deleted."""
    whole, begun = keys_in_code()
    named = keys_of_templates()
    for key in WORDS.words:
        prefix, _, rest = key.partition(".")
        used = key in whole or any(key.startswith(start) and "." in start for start in begun)
        used = used or (prefix in OF_TEMPLATES and rest.replace(".", "_") in named)
        # Top-level phrases have no dot; they are looked up by their bare name.
        used = used or ("." not in key and f'"{key}"' in _all_code())
        assert used, key


def _all_code() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "grader" / "report").glob("*.py"))


def test_every_template_word_is_there() -> None:
    """Student and class pages share a shell: a word it names must be in both."""
    for template, section in (("student", "page"), ("question", "page"), ("class", "class")):
        text = (ROOT / "templates" / f"{template}.html.j2").read_text(encoding="utf-8")
        assert set(re.findall(r"\bw\.([a-z0-9_]+)", text)) <= set(WORDS.section(section)), template
    shell = (ROOT / "templates" / "shell.html.j2").read_text(encoding="utf-8")
    for section in OF_TEMPLATES:
        optional = {"file", "sha256", "size", "repeat"} if section == "class" else set()
        assert set(re.findall(r"\bw\.([a-z0-9_]+)", shell)) - optional <= set(WORDS.section(section))


def test_facts_are_filled_in_and_never_read_as_placeholders() -> None:
    """A student's braces stay braces; a fact that is missing becomes a question mark."""
    words = Catalogue("en", {"r": {"sentence": "{a} and {b}", "advice": "{c:>99999999}"}}, {})
    assert words.sentence("r", {"a": "{b}", "b": "{0.__class__}"}) == "{b} and {0.__class__}"
    assert words.advice("r") == "?"


@pytest.mark.parametrize(
    ("fact", "shown"),
    [
        (True, "yes"),
        (False, "no"),
        (9_999, "9999"),
        (-1_234_567, "-1,234,567"),
        (0.5, "0.5"),
        (2.0, "2"),
        (1234.567, "1,234.57"),
        ([1, "two", "\x1b"], "1, two, \\x1b"),
        (None, "?"),
        ("a\nb\u202ec", "a b\\u202ec"),
    ],
)
def test_fact_is_shown_as_a_reader_writes_it(fact: object, shown: str) -> None:
    """Thousands separated, lists joined, controls written out."""
    words = Catalogue("en", {"r": {"sentence": "{a}", "advice": ""}}, {})
    assert words.sentence("r", {"a": fact}) == shown  # type: ignore[dict-item]


def test_place_stands_before_the_sentence() -> None:
    """File and line, file alone, or nothing; a file name is data too."""
    problem = Problem("no_code", "a\x07b.py", 3)
    assert WORDS.problem(problem).startswith("a\\x07b.py:3: ")
    assert WORDS.placed("s", "a.py", None) == "a.py: s"
    assert WORDS.placed("s", None, 3) == "s"


def test_unknown_language_is_one_line() -> None:
    """It names the languages there are; a path is no language."""
    for lang in ("xx", "../en", ""):
        with pytest.raises(GraderError, match="there are en"):
            load_catalogue(lang)


def test_messages_are_plain_toml_without_empty_phrases() -> None:
    """Every file reads, and no phrase is blank."""
    for path in MESSAGES.glob("*.toml"):
        assert tomllib.loads(path.read_text(encoding="utf-8")), path.name
    assert not [key for key, text in WORDS.words.items() if not text.strip()]
