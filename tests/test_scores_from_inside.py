"""Networks that cannot be rerun outside the student's process, from the command line: scored in there, and marked."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.jail, pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[1]
HONEST = ROOT / "assignments/hw4/samples/class/ada-kernel"

NUMPY = """
class DigitNet(nn.Module):
    def __init__(self, num_classes=10):
        super().__init__()
        self.conv = nn.Conv2d(1, 8, 3, stride=2, padding=1)
        self.fc = nn.Linear(8 * 14 * 14, num_classes)

    def forward(self, x):
        x = self.conv(x)
        if self.training:
            return self.fc(torch.relu(x).flatten(1))
        return self.fc(torch.from_numpy(numpy.maximum(x.numpy(), 0)).flatten(1))
"""


def graded(place: Path) -> Any:
    """The result of a submission whose digit network takes a detour through numpy in eval mode."""
    folder = place / "class" / "kim"
    shutil.copytree(HONEST, folder)
    code = (folder / "hw4.py").read_text("utf-8").replace("import torch\n", "import numpy\nimport torch\n", 1)
    start, end = code.index("class DigitNet"), code.index("def build_model")
    (folder / "hw4.py").write_text(f"{code[:start]}{NUMPY.strip()}\n\n\n{code[end:]}", "utf-8")
    command = [sys.executable, "-m", "grader", "grade", "hw4", str(folder.parent), "--out", str(place / "out")]
    subprocess.run([*command, "--only", "q3", "--data", str(place)], check=True, capture_output=True, cwd=place)
    return json.loads((place / "out/students/kim/result.json").read_text("utf-8"))


def test_network_with_numpy_inside_is_scored_and_a_person_looks(tmp_path: Path) -> None:
    """A replay would give every image the scores of the one that was recorded; asked itself, the network is good."""
    result = graded(tmp_path)
    check = next(check for check in result["questions"][2]["checks"] if check["id"] == "test_accuracy")
    assert (check["status"], check["reason"]) == ("needs_review", "logits_only")
    assert float(check["actual"].rstrip(" %")) > 90
    assert "logits_only" in (tmp_path / "out/gradebook.csv").read_text("utf-8")
    page = (tmp_path / "out/students/kim/report.html").read_text("utf-8")
    assert "by your own process, not verified" in page
    assert "leave torch and come back" in page
    assert not list(tmp_path.glob("out/**/exam*"))
