"""The wheel brings the command and its data, and the pins name no host."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import version
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FILES = ("pyproject.toml", "setup.py", "README.md", "LICENSE", "MANIFEST.in")
FOLDERS = ("grader", "assignments", "reference", "templates")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The unpacked wheel of a copy of this checkout, to which an instructor's file was added."""
    home = tmp_path_factory.mktemp("wheel")
    source = home / "source"
    source.mkdir()
    for name in FILES:
        shutil.copy(ROOT / name, source)
    for name in FOLDERS:
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    (source / "assignments" / "hw4" / "instructor").mkdir(exist_ok=True)
    (source / "assignments" / "hw4" / "instructor" / "answers.md").write_text("for the instructor alone")
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", str(home)]
    subprocess.run([*command, str(source)], check=True, timeout=300, capture_output=True)
    (wheel,) = home.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(home / "site")
    return home / "site"


def test_wheel_brings_the_bundled_folders(installed: Path) -> None:
    """Assignments with starter and samples, templates and messages are in the wheel."""
    data = installed / "grader" / "_data"
    assert (data / "assignments" / "hw4" / "assignment.toml").is_file()
    assert (data / "assignments" / "hw4" / "starter" / "essay.md").is_file()
    assert (data / "assignments" / "hw4" / "samples" / "class" / "林小卷" / "hw4.py").is_file()
    assert (data / "templates" / "student.html.j2").is_file()
    assert (installed / "grader" / "report" / "messages" / "en" / "reasons.toml").is_file()


def test_wheel_leaves_the_instructors_folder_out(installed: Path) -> None:
    """Model essays and rubric answers are in no wheel."""
    assert [path for path in installed.rglob("*") if "instructor" in path.parts] == []
    reference = installed / "grader" / "_data" / "reference" / "hw4"
    assert (reference / "hw4.py").is_file() and not (reference / "essay.md").exists()


def test_wheel_has_the_grader_command(installed: Path) -> None:
    """The entry point is grader.cli:main, and the installed copy finds its own data."""
    (entry_points,) = installed.glob("*.dist-info/entry_points.txt")
    assert "grader = grader.cli:main" in entry_points.read_text()
    script = "from grader.bundled import bundled; print(bundled('assignments'))"
    run = subprocess.run(
        [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(installed)!r}); {script}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(run.stdout.strip()) == installed / "grader" / "_data" / "assignments"


def test_wheel_has_every_module_of_the_checkout(installed: Path) -> None:
    """No sub-package is left out by the build."""
    here = {path.relative_to(ROOT) for path in (ROOT / "grader").rglob("*.py")}
    there = {path.relative_to(installed) for path in (installed / "grader").rglob("*.py")}
    assert here <= there


def pins() -> dict[str, str]:
    """Package to version, as constraints.txt pins it; the first one where markers give several."""
    found: dict[str, str] = {}
    for line in (ROOT / "constraints.txt").read_text().splitlines():
        name, _, rest = line.partition("==")
        found.setdefault(re.sub(r"[-_.]+", "-", name).lower(), rest.split(";")[0].strip())
    return found


def test_constraints_pin_every_dependency_exactly() -> None:
    """Each requirement of pyproject.toml has one exact version."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    names = {re.sub(r"[-_.]+", "-", re.split(r"[<>=!~ \[]", line)[0]).lower() for line in wanted}
    assert names - pins().keys() == set()
    assert all(re.fullmatch(r"[\w.]+", version) for version in pins().values())


def test_constraints_name_no_host() -> None:
    """No index, no link and no local build stands in the pins."""
    text = (ROOT / "constraints.txt").read_text()
    assert not re.search(r"://|@|--|\+", text)


def test_constraints_pin_a_torch_and_a_torchvision_that_fit() -> None:
    """torchvision's compiled operators load with the pinned torch; a CPU build beside it would fail here."""
    installed = {name: version(name).partition("+")[0] for name in ("torch", "torchvision")}
    if any(installed[name] != pins()[name] for name in installed):
        pytest.skip(f"installed are {installed}, not the pinned pair")
    script = "import torch, torchvision; print(torchvision.ops.nms(torch.zeros(1, 4), torch.ones(1), 0.5).tolist())"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[0]"
