"""The bundled class through the real `grader` command: each submission gives what its expect.toml says."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = ROOT / "assignments" / "hw4" / "samples"
CASES = sorted(path.stem for path in (SAMPLES / "expect").glob("*.toml"))

pytestmark = [pytest.mark.jail, pytest.mark.slow]


def run_grader(*arguments: str | Path, code: int = 0) -> subprocess.CompletedProcess[str]:
    """Run the command as a person would; another exit code than expected shows what it said."""
    command = [sys.executable, "-m", "grader", *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    run = subprocess.run(command, capture_output=True, text=True, timeout=900, env=environment)
    assert run.returncode == code, f"exit {run.returncode}\n{run.stdout}\n{run.stderr}"
    return run


@pytest.fixture(scope="session")
def graded(jail_here: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """DIR after the bundled class was graded once, on the embedded digits."""
    out = tmp_path_factory.mktemp("class") / "out"
    no_data = tmp_path_factory.mktemp("no-data")
    run_grader("grade", "hw4", SAMPLES / "class", "--out", out, "--device", "cpu", "--data", no_data)
    return out


def record_of(out: Path, student: str) -> dict[str, Any]:
    """A student's full record."""
    return json.loads((out / "records" / f"{student}.json").read_text("utf-8"))  # type: ignore[no-any-return]


def expectation(student: str) -> dict[str, Any]:
    """What stands in the submission's expect.toml."""
    return tomllib.loads((SAMPLES / "expect" / f"{student}.toml").read_text("utf-8"))


def checks_of(record: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """All checks of a record by id."""
    return {check["id"]: check for question in record["questions"] for check in question["checks"]}


def points_of(record: Mapping[str, Any]) -> dict[str, float]:
    """Points by check; the rows of the hand calculation together under `hand_rows`."""
    points = {name: check["points"] for name, check in checks_of(record).items()}
    rows = [value for name, value in points.items() if name.startswith("hand_") and name != "hand_total"]
    return {**points, "hand_rows": sum(rows)}


def texts_in(value: object) -> Iterator[str]:
    """Every string anywhere in a record."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | list):
        for item in value.values() if isinstance(value, Mapping) else value:
            yield from texts_in(item)


def is_said(reason: str, record: Mapping[str, Any]) -> bool:
    """Whether the record carries the reason's code, or its sentence with any facts."""
    catalogue = tomllib.loads((ROOT / "grader/report/messages/en/reasons.toml").read_text("utf-8"))
    parts = re.split(r"\{[^}]*\}", catalogue[reason]["sentence"])
    sentence = re.compile(".*".join(map(re.escape, parts)), re.DOTALL)
    return any(text == reason or sentence.search(text) for text in texts_in(record))


def test_class_has_an_expectation_for_each_submission() -> None:
    """Neither a submission without expect.toml nor one without a submission, and at least ten."""
    assert sorted(path.stem for path in (SAMPLES / "class").iterdir()) == CASES
    assert len(CASES) >= 10


@pytest.mark.parametrize("student", CASES)
def test_sample_has_its_status_and_flags(graded: Path, student: str) -> None:
    """Status is as expected; every expected flag is raised."""
    record, expected = record_of(graded, student), expectation(student)
    assert record["status"] == expected["status"]
    assert set(expected.get("flags", ())) <= set(record["flags"])


@pytest.mark.parametrize("student", CASES)
def test_sample_earns_its_points(graded: Path, student: str) -> None:
    """Each automatic check earns exactly the expected points, or lies between the bounds."""
    points = points_of(record_of(graded, student))
    wrong = {}
    for name, wanted in expectation(student)["points"].items():
        least, most = wanted if isinstance(wanted, list) else (wanted, wanted)
        if not least <= points[name] <= most:
            wrong[name] = (points[name], wanted)
    assert wrong == {}


@pytest.mark.parametrize("student", CASES)
def test_sample_is_told_its_reasons(graded: Path, student: str) -> None:
    """The expected reasons stand in the record, the unexpected ones do not."""
    expected, record = expectation(student), record_of(graded, student)
    assert [reason for reason in expected.get("reasons", ()) if not is_said(reason, record)] == []
    assert [reason for reason in expected.get("absent", ()) if is_said(reason, record)] == []


@pytest.mark.parametrize("student", CASES)
def test_sample_network_is_counted(graded: Path, student: str) -> None:
    """Parameters, MACs and eval-mode determinism are those of the code, or nothing was measured."""
    expected = expectation(student).get("network")
    models = record_of(graded, student)["measurements"]["models"]
    if expected is None:
        assert "q2" not in models or models["q2"]["macs"] < 10**8
        return
    assert {key: models["q2"][key] for key in expected} == expected
    assert models["q2"]["flops"] == 2 * expected["macs"]
    assert sum(layer["params"] for layer in models["q2"]["layers"]) == expected["params"]


@pytest.mark.parametrize("student", CASES)
def test_sample_accuracy_lies_in_its_range(graded: Path, student: str) -> None:
    """The test accuracy that we measured lies between the bounds; none where nothing was trained."""
    expected = expectation(student).get("accuracy")
    accuracy = record_of(graded, student)["measurements"]["accuracy"]
    if expected is None:
        assert accuracy == {}
        return
    measured = accuracy["q3"]
    assert expected["least"] <= measured["accuracy"] <= expected["most"]
    assert sum(map(sum, measured["confusion"])) == measured["n"]


@pytest.mark.parametrize("student", CASES)
def test_sample_has_a_report_that_states_its_score(graded: Path, student: str) -> None:
    """report.pdf and report.html exist, and the page shows the score of result.json."""
    folder = graded / "students" / student
    result = json.loads((folder / "result.json").read_text("utf-8"))
    assert (folder / "report.pdf").read_bytes().startswith(b"%PDF-")
    assert (folder / "report.pdf").stat().st_size < 500 * 1024
    assert f"{result['score']:g}" in (folder / "report.html").read_text("utf-8")


def test_gradebook_has_one_row_for_each_submission(graded: Path) -> None:
    """Broken and hostile submissions get their row too, with the score of their record."""
    with (graded / "gradebook.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert sorted(row["student_id"] for row in rows) == CASES
    assert {row["student_id"]: float(row["score"]) for row in rows} == {
        student: record_of(graded, student)["score"] for student in CASES
    }


def test_forged_result_is_nowhere_believed(graded: Path) -> None:
    """No full score and no passed question comes of patched libraries, printed or written results, os._exit(0)."""
    for student in ("kit-forger", "leo-exit"):
        record = record_of(graded, student)
        assert record["score"] <= 8
        assert {question["status"] for question in record["questions"]} & {"passed"} == set()


def test_essay_is_text_and_never_markup(graded: Path) -> None:
    """A script tag or template braces of an essay reach the page escaped."""
    page = (graded / "students" / "kit-forger" / "report.html").read_text("utf-8")
    assert "<script>alert" not in page
    assert "49 =1+1" not in page


def test_second_run_collects_nothing(graded: Path) -> None:
    """What has evidence is not collected again."""
    run = run_grader(
        "grade", "hw4", SAMPLES / "class", "--out", graded, "--device", "cpu", "--dry-run",
        "--data", graded.parent / "no-data",
    )  # fmt: skip
    assert " 0 with evidence to collect" in run.stdout + run.stderr


def copy_of(graded: Path, place: Path) -> Path:
    """A copy of DIR that a test may change."""
    shutil.copytree(graded, place)
    return place


def test_only_grades_the_named_student(graded: Path, tmp_path: Path) -> None:
    """--only with a student's id leaves everybody else's files as they are."""
    out = copy_of(graded, tmp_path / "out")
    before = {path: path.stat().st_mtime_ns for path in (out / "records").iterdir()}
    run_grader("grade", "hw4", SAMPLES / "class", "--out", out, "--device", "cpu", "--only", "mia-swap", "--force")
    changed = {path.stem for path, time in before.items() if path.stat().st_mtime_ns != time}
    assert changed == {"mia-swap"}
    with (out / "gradebook.csv").open(encoding="utf-8-sig", newline="") as file:
        assert sorted(row["student_id"] for row in csv.DictReader(file)) == CASES


def test_rescore_takes_a_humans_points_and_shows_them(graded: Path, tmp_path: Path) -> None:
    """Points written into review.csv enter the score by `rescore`, which prints the difference first."""
    out = copy_of(graded, tmp_path / "out")
    review = out / "review.csv"
    with review.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        if row["student_id"] == "ada-kernel" and row["question"] == "q1":
            row["points"], row["reviewer"] = row["max_points"], "a human"
    with review.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    before = record_of(out, "ada-kernel")["score"]
    run = run_grader("rescore", out)
    assert "ada-kernel" in run.stdout
    assert record_of(out, "ada-kernel")["score"] == before + 50
    assert record_of(out, "ben-stride") == record_of(graded, "ben-stride")


def test_empty_folder_is_named_in_one_line(jail_here: None, tmp_path: Path) -> None:
    """A folder without submissions: one line that names it, exit code 2."""
    empty = tmp_path / "empty"
    empty.mkdir()
    run = run_grader("grade", "hw4", empty, "--out", tmp_path / "out", code=2)
    assert str(empty) in run.stderr
    assert len(run.stderr.strip().splitlines()) == 1


def test_unknown_assignment_is_named_in_one_line(tmp_path: Path) -> None:
    """A slug that does not exist: one line that names it and those there are, exit code 2."""
    run = run_grader("grade", "hw99", SAMPLES / "class", "--out", tmp_path / "out", code=2)
    assert "hw99" in run.stderr
    assert "hw4" in run.stderr
    assert len(run.stderr.strip().splitlines()) == 1
