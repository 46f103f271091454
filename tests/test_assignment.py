"""Assignments load whole or say which file, key and value is not as it should be."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.assignment import bundled_slugs, load_assignment, revision_of
from grader.bundled import bundled
from grader.domain.assignment import Budget, Selector
from grader.errors import EXIT_USAGE, AssignmentError, GraderError

HW4 = bundled("assignments") / "hw4"


@pytest.fixture
def copy(tmp_path: Path) -> Iterator[Path]:
    """A copy of hw4 to break, without its samples; modules of its checks are forgotten afterwards."""
    before = set(sys.modules)
    folder = tmp_path / "hw4"
    shutil.copytree(HW4, folder, ignore=shutil.ignore_patterns("samples", "__pycache__"))
    yield folder
    for name in set(sys.modules) - before:
        if name.startswith("grader_checks_"):
            del sys.modules[name]


def broken(folder: Path, name: str, old: str, new: str) -> str:
    """What loading says after this change to one file."""
    text = (folder / name).read_text("utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(AssignmentError) as caught:
        load_assignment(folder, trust=True)
    message = str(caught.value)
    assert "\n" not in message
    return message


def appended(path: Path, text: str) -> None:
    """Add to the end of a file."""
    path.write_text(path.read_text("utf-8") + text, "utf-8")


def test_hw4_has_the_points_of_its_design() -> None:
    """Q1 50 by rubric, Q2 50, Q3 5 as bonus: 100 in all."""
    info = load_assignment("hw4").info
    assert [(q.id, q.points, q.bonus) for q in info.questions] == [
        ("q1", 50, False),
        ("q2", 50, False),
        ("q3", 5, True),
    ]
    assert info.max_score == 100
    points = {check.id: check.points for question in info.questions for check in question.checks}
    assert points == {
        "essay_written": 0,
        "network_runs": 8,
        "hand_rows": 24,
        "hand_total": 6,
        "params_reported": 4,
        "flops_reported": 4,
        "flops_label": 2,
        "architecture_named": 2,
        "test_accuracy": 3,
    }
    assert sum(item.points for item in info.questions[0].rubric) == 50


def test_hw4_collects_files_a_network_and_a_training() -> None:
    """The probes carry selectors, input and budgets as collect.toml has them."""
    files, network, training = load_assignment("hw4").info.probes
    assert (files.kind, network.kind, training.kind) == ("files", "network", "training")
    assert network.input_shape == (3, 224, 224)
    assert isinstance(network.selector, Selector)
    assert (network.selector.names[0], network.selector.outputs) == ("CustomAlexNet", 1000)
    assert all(isinstance(budget, Budget) for budget in training.budgets.values())
    assert set(training.budgets) == {"mnist", "digits"}


def test_starter_texts_come_along() -> None:
    """The starter's own words are known, so that they do not count as a student's."""
    info = load_assignment("hw4").info
    assert set(info.starter) == {"hw4.py", "answers.toml", "essay.md"}
    for item in (item for question in info.questions for item in question.rubric if item.headings):
        assert f"{item.headings[0]}\n" in info.starter["essay.md"]


def test_folder_needs_trust_because_its_checks_are_run(copy: Path) -> None:
    """A folder that is not ours is refused before anything in it runs."""
    (copy / "checks.py").write_text("raise SystemExit('ran')", "utf-8")
    with pytest.raises(AssignmentError, match="its checks.py would be run"):
        load_assignment(copy)


def test_own_folder_by_path_needs_no_trust(copy: Path) -> None:
    """The bundled folder is ours under any name, a copy of it with trust grades alike."""
    assert load_assignment(HW4).info == load_assignment("hw4").info
    assert load_assignment(copy, trust=True).info == load_assignment("hw4").info


@pytest.mark.parametrize("name", ["hw9", "../hw4", "", "/"])
def test_unknown_assignment_names_the_known_ones(name: str) -> None:
    """One line with the name in quotes and the bundled slugs; a wrong command, exit code 2."""
    with pytest.raises(AssignmentError) as caught:
        load_assignment(name)
    assert f'no assignment "{name}"' in str(caught.value)
    assert all(slug in str(caught.value) for slug in bundled_slugs())
    assert caught.value.exit_code == EXIT_USAGE


def test_bundled_folder_that_is_missing_is_named() -> None:
    """An installation that is not whole says so."""
    with pytest.raises(GraderError, match="nothing_here/"):
        bundled("nothing_here")


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        (
            "assignment.toml",
            "points = 50\n",
            'points = "fifty"\n',
            ['hw4/assignment.toml: questions.q1.points is "fifty"', "want a number"],
        ),
        ("assignment.toml", "points = 24", "points = 23", ["points of q2 are 50", "add up to 49", "want equal sums"]),
        ("assignment.toml", "points = 100 ", "points = 90 ", ["assignment.points are 90", "add up to 100"]),
        ("assignment.toml", "points = 24", "points = 24.001", ["questions.q2.checks.hand_rows.points", "two decimals"]),
        ("assignment.toml", "points = 24", "points = -24", ['points is "-24"', "greater than or equal to 0"]),
        ("assignment.toml", "points = 24", "points = nan", ['points is "nan"', "want"]),
        ("assignment.toml", 'title = "A short summary"\n', "", ["questions.q3.rubric.summary.title is missing"]),
        ("assignment.toml", 'id = "q2"', 'id = "Q2"', ['is "Q2"', "lower-case"]),
        ("assignment.toml", 'id = "q2"', 'id = "q1"', ['question "q1" stands twice']),
        ("assignment.toml", 'id = "main_reason"', 'id = "cost_formulas"', ['"cost_formulas" stands twice']),
        ("assignment.toml", "bonus = true", "bonus = true\nbonsu = 1", ['"questions.q3.bonsu" is no key of this file']),
        ("assignment.toml", '["flops_reported"]', '["hand_sum"]', ['requires of flops_label names "hand_sum"']),
        ("assignment.toml", "[assignment]", "[assignment", ["hw4/assignment.toml cannot be read", "line"]),
        ("assignment.toml", 'id = "hand_total"', 'id = "hand_sum"', ['hw4/checks.py: no check "hand_sum"']),
        (
            "collect.toml",
            'kind = "training"',
            'kind = "trainning"',
            ['probes.training.kind is "trainning"', "'training'"],
        ),
        ("collect.toml", 'kind = "files"', 'kind = "network"', ['0 probes are of kind "files"']),
        ("collect.toml", "input_shape = [3, 224, 224]", "", ["probes.network.input_shape is missing"]),
        ("collect.toml", 'question = "q2"', 'question = "q7"', ['question of network is "q7"', "q1, q2, q3"]),
        ("collect.toml", "epochs = 3", "epochs = -1", ['epochs is "-1"']),
        ("collect.toml", 'name = "training"', 'name = "network"', ['probe "network" stands twice']),
        ("expected.toml", "[q3]", "[q4]", ['"q4" is no question']),
        (
            "checks.py",
            "def hand_total(claims:",
            "def hand_total(claim:",
            ['check "hand_total" wants "claim"', "claims"],
        ),
        (
            "assignment.toml",
            'id = "flops_reported"\n',
            'id = "flops_reported"\nvisibility = "hidden"\n',
            ['is public and requires "flops_reported", which is hidden'],
        ),
        (
            "checks.py",
            "@check\ndef params_reported",
            '@check(requires=["essay"])\ndef params_reported',
            ['names "essay"'],
        ),
        ("checks.py", "@check\ndef params_reported", "def params_reported", ['no check "params_reported"']),
        ("checks.py", "def params_reported", "def params_told", ['no check "params_reported"']),
        (
            "checks.py",
            "import annotations\n",
            "import annotations\nimport nothing_like_this\n",
            ["cannot be run: ModuleNotFoundError"],
        ),
        ("checks.py", '    """Your essay has text under its headings."""\n', "", ['"essay_written" has no docstring']),
    ],
)
def test_what_is_wrong_is_told_with_file_key_value_and_rule(
    copy: Path, name: str, old: str, new: str, told: list[str]
) -> None:
    """Each mistake an author can make has its one line."""
    message = broken(copy, name, old, new)
    assert all(words in message for words in told), message


@pytest.mark.parametrize("name", ["assignment.toml", "collect.toml", "expected.toml", "checks.py"])
def test_missing_file_is_named(copy: Path, name: str) -> None:
    """Each of the four files is needed."""
    (copy / name).unlink()
    with pytest.raises(AssignmentError, match=name.replace(".", r"\.")):
        load_assignment(copy, trust=True)


def test_check_that_no_question_counts_is_named(copy: Path) -> None:
    """A function nobody gives points would never run."""
    appended(copy / "checks.py", '\n\n@check\ndef extra(files: object) -> Any:\n    """X."""\n')
    with pytest.raises(AssignmentError, match='check "extra" stands in no question'):
        load_assignment(copy, trust=True)


def test_all_mistakes_are_told_at_once(copy: Path) -> None:
    """An author does not mend one key after the other."""
    text = (copy / "assignment.toml").read_text("utf-8").replace("bonus = true", "bonus = 1")
    (copy / "assignment.toml").write_text(text, "utf-8")
    message = broken(copy, "assignment.toml", "points = 8\n", 'points = "x"\n')
    assert "questions.q3.bonus" in message and '"x"' in message


def test_revision_is_over_what_decides_a_grade(copy: Path) -> None:
    """A changed check is another revision; samples and the instructor's guide are not part of it."""
    before = revision_of(copy)
    assert len(before) == 12
    (copy / "samples").mkdir()
    (copy / "samples" / "x").write_text("x", "utf-8")
    (copy / "instructor" / "rubric.md").write_text("x", "utf-8")
    (copy / "__pycache__").mkdir()
    (copy / "__pycache__" / "checks.pyc").write_text("x", "utf-8")
    assert revision_of(copy) == before
    appended(copy / "expected.toml", "# another\n")
    assert revision_of(copy) != before
