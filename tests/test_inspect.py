"""`grader inspect` on files as people leave them: what can run at all comes out with its right numbers."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from grader.commands.inspect import read_shape
from grader.errors import GraderError
from tests.attacks.suite import load_attacks

ROOT = Path(__file__).resolve().parent.parent
FILES = ROOT / "tests" / "inspected"

pytestmark = [pytest.mark.jail, pytest.mark.slow]

NETWORKS = {
    ("arguments_of_the_shell.py", "Wide"): (401, 15968076, (1, 5)),
    ("asks.py", "Perceptron"): (7850, 7840, (1, 10)),
    ("blocks.py", "Net"): (73338, 7783040, (1, 10)),
    ("colab.ipynb", "Colab"): (12226, 364560, (1, 10)),
    ("configured.py", "Configured"): (707, 26613500, (1, 7)),
    ("edited_torchvision.py", "model"): (11181642, 1813566464, (1, 10)),
    ("ends_in_a_loop.py", "Waits"): (30730, 30720, (1, 10)),
    ("gbk.py", "网络"): (50890, 50816, (1, 10)),
    ("generator.py", "Generator"): (422400, 606208, (1, 3, 8, 8)),
    ("gives_a_tuple.py", "Returns"): (31786, 344960, (1, 10)),
    ("lazy_layers.py", "LazyNet"): (11926, 129360, (1, 10)),
    ("lightning_module.py", "LitNet"): (25450, 25408, (1, 10)),
    ("main_guard_only.py", "LeNet5"): (61706, 416520, (1, 10)),
    ("missing_packages.py", "Small"): (242, 2661352, (1, 2)),
    ("needs_arguments.py", "Net"): (159010, 158800, (1, 10)),
    ("only_227.py", "AlexNet"): (58322314, 1131201056, (1, 10)),
    ("own_functions.py", "Handmade"): (13600, 62192, (1, 10)),
    ("odd_side.py", "Odd"): (525923, 5256960, (1, 3)),
    ("package/whole.py", "Shared"): (424, 33417276, (1, 10)),
    ("pretrained.py", "net"): (4020358, 384547552, (1, 10)),
    ("recurrent.py", "RNN"): (24714, 660096, (1, 10)),
    ("sequential.py", "net"): (6810, 31096, (1, 10)),
    ("trains_when_loaded.py", "Net"): (21840, 480500, (1, 10)),
    ("two_inputs.py", "Siamese"): (25120, None, None),
    ("vision_transformer.py", "TinyViT"): (47770, 774720, (1, 10)),
    ("wants_cuda.py", "CNN"): (82890, 966656, (1, 10)),
}
"""Parameters, MACs and output: counted by hand or with FlopCounterMode on the network itself."""

ATTACKS = {attack.id: attack for attack in load_attacks()}

PROBLEMS = {
    ("broken_comma.py", 6, "syntax_error"),
    ("asks.py", 14, "input_at_import"),
    ("colab.ipynb", 8, "missing_package"),
    ("colab.ipynb", 12, "missing_file"),
    ("ends_in_a_loop.py", 16, "import_timeout"),
    ("gives_a_tuple.py", 13, "output_wrapped"),
    ("lightning_module.py", 1, "missing_package"),
    ("missing_packages.py", 1, "missing_package"),
    ("missing_packages.py", 2, "missing_package"),
    ("missing_packages.py", 4, "missing_package"),
    ("only_keras.py", 1, "missing_package"),
    ("pretrained.py", 4, "pretrained"),
    ("trains_when_loaded.py", 7, "import_stopped"),
    ("trains_when_loaded.py", 23, "softmax_inside"),
    (None, None, "forward_raised"),
    ("wants_cuda.py", 17, "needs_gpu"),
}


def run(*arguments: str | Path, code: int = 0) -> subprocess.CompletedProcess[str]:
    """The command as a person would type it; never a traceback."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "grader", "inspect", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, env=environment)
    assert done.returncode == code, f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
    assert "Traceback" not in done.stdout + done.stderr
    return done


def inspected(*arguments: str | Path) -> dict[str, Any]:
    """The answer as JSON."""
    found: dict[str, Any] = json.loads(run(*arguments, "--json").stdout)
    assert found["schema"] == "grader/inspect/v1"
    return found


@pytest.fixture(scope="module")
def found(jail_here: None) -> dict[str, Any]:
    """All files at once, as a folder that somebody downloaded."""
    return inspected(FILES)


def test_every_network_that_can_run_has_its_numbers(found: dict[str, Any]) -> None:
    """And no other one is made up."""
    models = {
        (model["file"], model["name"]): (
            model["params"],
            model["macs"],
            tuple(model["output_shape"]) if model["output_shape"] else None,
        )
        for model in found["models"]
    }
    assert models == NETWORKS


def test_every_problem_is_named_with_its_line(found: dict[str, Any]) -> None:
    """In a sentence, with what to do."""
    seen = {(problem["file"], problem["line"], problem["reason"]) for problem in found["problems"]}
    assert seen == PROBLEMS
    assert all(problem["message"] and problem["help"] for problem in found["problems"])


def test_parts_of_other_networks_are_told_apart(found: dict[str, Any]) -> None:
    """A block is no network by itself, wherever it is used."""
    assert found["parts"] == {"blocks.py": ["Residual"], "odd_side.py": ["Flat"], "package/parts.py": ["Twice"]}


def test_how_a_network_was_made_is_said(found: dict[str, Any]) -> None:
    """The call, the inputs that were tried, and whose count it is."""
    by_name = {(model["file"], model["name"]): model for model in found["models"]}
    assert by_name["blocks.py", "Net"]["constructor"] == "Net(Residual, [16, 32, 64])"
    assert by_name["configured.py", "Configured"]["constructor"] == "Configured(Config())"
    assert by_name["only_227.py", "AlexNet"]["input_shape"] == [1, 3, 227, 227]
    assert by_name["odd_side.py", "Odd"]["input_shape"] == [1, 3, 150, 150]
    assert by_name["two_inputs.py", "Siamese"]["provenance"] == "reported"
    assert by_name["two_inputs.py", "Siamese"]["tried"][0] == [1, 28, 28]
    assert by_name["vision_transformer.py", "TinyViT"]["provenance"] == "recomputed"


def test_given_input_is_the_only_one(jail_here: None) -> None:
    """Of 32 x 32 images, this network makes another one than of those it searched."""
    (model,) = inspected(FILES / "missing_packages.py", "--input", "3x32x32")["models"]
    assert (model["input_shape"], model["tried"]) == ([1, 3, 32, 32], [[3, 32, 32]])
    assert model["macs"] == 15 * 15 * 8 * 27 + 16
    (model,) = inspected(FILES / "only_227.py", "--input", "3,224,224")["models"]
    assert (model["params"], model["macs"], model["problem"]["reason"]) == (58322314, None, "wrong_linear_size")


def test_terminal_shows_a_table_for_each_network(jail_here: None) -> None:
    """Layers, totals, what other tools print, and the problems."""
    said = run(FILES / "trains_when_loaded.py").stdout
    for words in (
        "Net()",
        "1 × 28 × 28",
        "21,840",
        "480,500",
        "conv2",
        "thop flops",
        "softmax",
        "networks 1, measured 1",
    ):
        assert words in said
    assert "No network found." in run(FILES / "no_network.py").stdout


def test_file_is_left_as_it_was(jail_here: None, tmp_path: Path) -> None:
    """Nothing is written beside the file, which may be anybody's."""
    for name in ("missing_packages.py", "trains_when_loaded.py"):
        shutil.copy(FILES / name, tmp_path / name)
    inspected(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["missing_packages.py", "trains_when_loaded.py"]


def test_hostile_files_harm_nobody(jail_here: None, tmp_path: Path) -> None:
    """The file beside them is measured as ever, and each of them gives no more than its own network."""
    for attack in ("frame_on_the_pipe", "exit_politely", "odd_exceptions", "lying_network", "fork_bomb"):
        replace(ATTACKS[attack], base="weak").lay_out(tmp_path, {})
    shutil.copy(FILES / "asks.py", tmp_path / "good.py")
    models = inspected(tmp_path)["models"]
    assert [(m["name"], m["params"]) for m in models if m["file"] == "good.py"] == [("Perceptron", 7850)]
    assert {m["params"] for m in models if m["name"] == "CustomAlexNet"} <= {6456}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["missing.py"], "missing.py: is missing"),
        ([ROOT / "README.md"], "is not a folder, an archive, .py or .ipynb"),
        ([FILES, "--input", "3,x"], "--input '3,x': want channels, height and width"),
        ([FILES, "--input", "0,28,28"], "--input '0,28,28'"),
    ],
)
def test_bad_input_is_one_line(arguments: list[str | Path], words: str) -> None:
    """With the rule, and exit code 2."""
    (line,) = run(*arguments, code=2).stderr.splitlines()
    assert words in line


@pytest.mark.parametrize("text", ["3,224,224", "3x224x224", "(3, 224, 224)", "3 224 224", "3×224×224"])
def test_shapes_are_read_as_people_write_them(text: str) -> None:
    """With commas, crosses or blanks."""
    assert read_shape(text) == (3, 224, 224)
    with pytest.raises(GraderError):
        read_shape(f"{text},1,1")
