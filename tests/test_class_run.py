"""A small class through the real command: resume, rescore, and every bad input in one line."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = ROOT / "assignments" / "hw4" / "samples" / "class"
STUDENTS = ("ada-kernel", "ivy-colon", "zip-slip", "한글-小明")

pytestmark = [pytest.mark.jail, pytest.mark.slow]


def command(*arguments: str | Path) -> list[str]:
    """The command line as a person would type it."""
    return [sys.executable, "-m", "grader", *map(str, arguments)]


def environment() -> dict[str, str]:
    """This checkout's grader, whatever is installed."""
    return {**os.environ, "PYTHONPATH": str(ROOT)}


def run(*arguments: str | Path, code: int = 0) -> subprocess.CompletedProcess[str]:
    """Run the command; another exit code than expected shows what it said."""
    done = subprocess.run(command(*arguments), capture_output=True, text=True, timeout=300, env=environment())
    assert done.returncode == code, f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
    assert "Traceback" not in done.stdout + done.stderr
    return done


def one_line(done: subprocess.CompletedProcess[str]) -> str:
    """What a person's error says: one line."""
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    return lines[0]


@pytest.fixture(scope="session")
def small_class(jail_here: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four submissions: right, a syntax error, an archive that tries to leave its folder, names from East Asia."""
    folder = tmp_path_factory.mktemp("small")
    shutil.copytree(SAMPLES / "ada-kernel", folder / "ada-kernel")
    shutil.copytree(SAMPLES / "ivy-colon", folder / "ivy-colon")
    shutil.copytree(SAMPLES / "mia-swap", folder / "한글-小明")
    with zipfile.ZipFile(folder / "zip-slip.zip", "w") as archive:
        archive.writestr("hw4.py", "print('hello')\n")
        archive.writestr("../escaped.py", "raise SystemExit\n")
    return folder


@pytest.fixture(scope="session")
def no_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of data sets in which none is prepared."""
    return tmp_path_factory.mktemp("no-data")


@pytest.fixture(scope="session")
def graded(small_class: Path, no_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """DIR after the small class was graded on Q2."""
    out = tmp_path_factory.mktemp("graded") / "out"
    run("grade", "hw4", small_class, "--out", out, "--only", "q2", "--data", no_data)
    return out


@pytest.fixture
def copied(graded: Path, tmp_path: Path) -> Path:
    """A copy of that DIR to break things in."""
    return Path(shutil.copytree(graded, tmp_path / "out"))


def rows(path: Path) -> dict[str, dict[str, str]]:
    """gradebook.csv by student."""
    with path.open(encoding="utf-8", newline="") as stream:
        return {row["student_id"]: row for row in csv.DictReader(stream)}


def evidence_times(out: Path) -> dict[str, int]:
    """When each piece of evidence was written."""
    records = (path for path in (out / "evidence").glob("*/record.json") if not path.parent.name.startswith("."))
    return {path.parent.name: path.stat().st_mtime_ns for path in records}


def test_grade_writes_every_file(graded: Path) -> None:
    """DIR holds gradebook, review list, class report, database, and three files for each student."""
    for name in ("gradebook.csv", "review.csv", "class.html", "class.pdf", "grader.sqlite", ".secret"):
        assert (graded / name).stat().st_size > 0, name
    assert sorted(path.name for path in (graded / "students").iterdir()) == sorted(STUDENTS)
    for student in STUDENTS:
        found = sorted(path.name for path in (graded / "students" / student).iterdir())
        assert found == ["report.html", "report.pdf", "result.json"]
        assert (graded / "records" / f"{student}.json").stat().st_mode & 0o777 == 0o600
    assert (graded / ".secret").stat().st_mode & 0o777 == 0o600


def test_grade_gives_every_submission_a_row(graded: Path, small_class: Path) -> None:
    """The hostile archive has a row that says why, nothing left its folder, and the others are graded."""
    found = rows(graded / "gradebook.csv")
    assert sorted(found) == sorted(STUDENTS)
    assert float(found["ada-kernel"]["q2"]) == 50
    assert found["zip-slip"]["status"] == "error"
    record = json.loads((graded / "records" / "zip-slip.json").read_text("utf-8"))
    assert "escaped.py" in json.dumps(record)
    assert not list(small_class.parent.rglob("escaped.py"))


def test_result_keeps_to_its_schema(graded: Path) -> None:
    """result.json has the fields that the design names, numbers as numbers."""
    result = json.loads((graded / "students" / "ada-kernel" / "result.json").read_text("utf-8"))
    assert result["schema"] == "grader/result/v1"
    assert result["student"]["id"] == "ada-kernel"
    assert isinstance(result["score"], float)
    model = result["measurements"]["models"]["q2"]
    assert (model["params"], model["macs"]) == (45_442_856, 698_533_568)
    assert {"path", "kind", "input_shape", "output_shape", "params", "macs"} <= set(model["layers"][0])
    assert {"id", "title", "score", "max_score", "status", "auto_score", "manual_score", "checks"} <= set(
        result["questions"][0]
    )
    assert str(ROOT) not in json.dumps(result)


def test_second_grade_collects_nothing(copied: Path, small_class: Path, no_data: Path) -> None:
    """Graded again, no evidence is written and no report rendered."""
    before = evidence_times(copied)
    pdfs = {path: path.stat().st_mtime_ns for path in copied.glob("students/*/report.pdf")}
    done = run("grade", "hw4", small_class, "--out", copied, "--only", "q2", "--data", no_data)
    assert "4 submissions, 0 with evidence to collect" in done.stderr
    assert evidence_times(copied) == before
    assert {path: path.stat().st_mtime_ns for path in pdfs} == pdfs


def test_dry_run_counts_what_is_new_and_writes_nothing(copied: Path, small_class: Path, no_data: Path) -> None:
    """A changed file makes one submission new; --dry-run says so and changes nothing."""
    changed = small_class.parent / "changed"
    shutil.copytree(small_class, changed)
    with (changed / "ada-kernel" / "hw4.py").open("a") as stream:
        stream.write("# one more line\n")
    before = evidence_times(copied)
    done = run("grade", "hw4", changed, "--out", copied, "--only", "q2", "--dry-run", "--data", no_data)
    shutil.rmtree(changed)
    assert "4 submissions, 1 with evidence to collect" in done.stderr
    assert evidence_times(copied) == before


def _hears_interrupts() -> None:
    """A runner in the background may have left Ctrl-C ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_stopped_grade_goes_on_where_it_was(
    graded: Path, small_class: Path, no_data: Path, tmp_path: Path, how: signal.Signals
) -> None:
    """Stopped half-way and started again, nothing is collected twice and the gradebook is the same."""
    out = tmp_path / "out"
    grade = command("grade", "hw4", small_class, "--out", out, "--only", "q2", "--data", no_data, "--jobs", "1")
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(grade, env=environment(), preexec_fn=_hears_interrupts, **pipes) as process:
        until = time.monotonic() + 120
        while not evidence_times(out) and time.monotonic() < until:
            time.sleep(0.02)
        process.send_signal(how)
        _, said = process.communicate(timeout=60)
    assert process.returncode == (-how if how is signal.SIGKILL else 130), said
    kept = evidence_times(out)
    assert kept
    run("grade", "hw4", small_class, "--out", out, "--only", "q2", "--data", no_data)
    after = evidence_times(out)
    assert {key: after[key] for key in kept} == kept
    assert (out / "gradebook.csv").read_bytes() == (graded / "gradebook.csv").read_bytes()


def review(out: Path) -> list[dict[str, str]]:
    """review.csv as a spreadsheet reads it."""
    with (out / "review.csv").open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def write_review(out: Path, lines: list[dict[str, str]]) -> None:
    """Save review.csv as a spreadsheet does."""
    with (out / "review.csv").open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, list(lines[0]))
        writer.writeheader()
        writer.writerows(lines)


def test_rescore_takes_a_humans_points(copied: Path) -> None:
    """Points in review.csv are shown as differences first, then published; no code is run again."""
    lines = review(copied)
    for line in lines:
        if line["student_id"] == "ada-kernel" and line["item"] == "main_reason":
            line.update(points="7", comment="Clear.", reviewer="TA")
    write_review(copied, lines)
    before = evidence_times(copied)
    score = float(rows(copied / "gradebook.csv")["ada-kernel"]["score"])
    shown = run("rescore", copied, "--dry-run").stdout
    assert "ada-kernel" in shown and "main_reason" in shown and "TA" in shown
    assert float(rows(copied / "gradebook.csv")["ada-kernel"]["score"]) == score
    run("rescore", copied)
    assert float(rows(copied / "gradebook.csv")["ada-kernel"]["score"]) == score + 7
    assert "Clear." in (copied / "students" / "ada-kernel" / "report.html").read_text("utf-8")
    assert evidence_times(copied) == before
    assert [line["points"] for line in review(copied)].count("7") == 1


def test_rescore_names_what_is_wrong_in_review(copied: Path) -> None:
    """A conflict and points out of range are named with their row and count for nothing; the rest is published."""
    lines = review(copied)
    own = [line for line in lines if line["student_id"] == "ada-kernel"]
    own[0]["points"] = "3"
    own[1]["points"] = "999"
    write_review(copied, [*lines, {**own[0], "points": "5"}])
    done = run("rescore", copied, code=2)
    assert "999" in done.stderr and own[0]["item"] in done.stderr and own[1]["item"] in done.stderr
    assert (copied / "class.pdf").exists()


def test_rescore_rebuilds_a_corrupt_database(copied: Path) -> None:
    """A corrupt grader.sqlite is set aside, named and rebuilt."""
    (copied / "grader.sqlite").write_bytes(b"no database at all" * 100)
    done = run("rescore", copied)
    assert "grader.sqlite.corrupt-1" in done.stdout
    assert (copied / "grader.sqlite").read_bytes().startswith(b"SQLite format 3")


def test_older_folder_is_named_and_left_alone(copied: Path, small_class: Path) -> None:
    """A DIR of an older evidence format is refused in one line."""
    path = copied / "evidence" / "run.json"
    path.write_text(path.read_text("utf-8").replace("grader/evidence/v2", "grader/evidence/v0"), "utf-8")
    for arguments in (("grade", "hw4", small_class, "--out", copied), ("rescore", copied)):
        line = one_line(run(*arguments, code=2))
        assert str(copied) in line and "grader/evidence/v0" in line


def test_bad_input_is_one_line(small_class: Path, tmp_path: Path) -> None:
    """Each wrong argument is answered in one line that names it, with exit code 2."""
    empty = tmp_path / "empty"
    empty.mkdir()
    twice = tmp_path / "twice"
    shutil.copytree(small_class / "ivy-colon", twice / "same")
    (twice / "same.py").write_text("pass\n")
    out = tmp_path / "out"
    wrong = {
        ("grade", "hw9", small_class, "--out", out): "hw9",
        ("grade", "hw4", empty, "--out", out): str(empty),
        ("grade", "hw4", tmp_path / "absent", "--out", out): "absent",
        ("grade", "hw4", twice, "--out", out): "same",
        ("grade", "hw4", small_class, "--out", out, "--only", "q9"): "q9",
        ("grade", "hw4", small_class, "--out", out, "--device", "tpu"): "tpu",
        ("check", "hw4", tmp_path / "absent"): "absent",
        ("check", "hw4", small_class / "ivy-colon", "--only", "q9"): "q9",
        ("check", "hw4", small_class / "ivy-colon", "--lang", "xx"): "xx",
        ("rescore", empty): str(empty),
        ("data", "prepare", "cifar100", "--from", empty): "cifar100",
    }
    for arguments, named in wrong.items():
        assert named in one_line(run(*arguments, code=2))
    assert not (out / "gradebook.csv").exists()


def test_check_says_the_same_as_the_grade(graded: Path, small_class: Path, no_data: Path, tmp_path: Path) -> None:
    """A student's own check gives the points of the grade, as text, JSON, page and PDF; 0 means all passed."""
    done = run("check", "hw4", small_class / "ada-kernel", "--only", "q2", "--json", "--data", no_data)
    result = json.loads(done.stdout)
    graded_q2 = json.loads((graded / "students" / "ada-kernel" / "result.json").read_text("utf-8"))["questions"][1]
    assert [check["points"] for check in result["questions"][0]["checks"]] == [
        check["points"] for check in graded_q2["checks"]
    ]
    page, pdf = tmp_path / "own.html", tmp_path / "own.pdf"
    wrong = small_class / "한글-小明"
    arguments = ("check", "hw4", wrong, "--only", "q2", "--html", page, "--pdf", pdf, "--data", no_data)
    done = run(*arguments, code=1)
    assert "590,080" in done.stdout and "self-check" in done.stdout
    assert "590,080" in page.read_text("utf-8")
    assert pdf.read_bytes().startswith(b"%PDF")
