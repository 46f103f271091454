"""The full-marks submission of HW4, and the bands that its trainings set."""

from __future__ import annotations

import ast
import tomllib
from statistics import fmean
from typing import Any

import pytest
import torch
from torch.utils.data import TensorDataset

from grader.claims.arithmetic import evaluate
from reference.counting import count_macs, count_params, on_meta, weight_layers
from reference.hw4 import hw4
from reference.train_hw4 import EPOCHS, RESULTS, SEEDS
from tests.sources import ROOT

FOLDER = ROOT / "reference" / "hw4"
HW4 = ROOT / "assignments" / "hw4"


def read_toml(*parts: str) -> dict[str, Any]:
    """A file below the repository."""
    return tomllib.loads(ROOT.joinpath(*parts).read_text("utf-8"))


def points(dataset: str, accuracy: float) -> int:
    """What an accuracy in percent earns."""
    bands = read_toml("assignments", "hw4", "expected.toml")["q3"]["bands"][dataset]
    return max((band["points"] for band in bands if accuracy >= band["at_least"]), default=0)


def reached(dataset: str, network: str) -> dict[str, Any]:
    """One table of the results."""
    (row,) = (
        row
        for row in tomllib.loads(RESULTS.read_text("utf-8"))["reached"]
        if (row["dataset"], row["network"]) == (dataset, network)
    )
    return row


def test_answers_are_the_sizes_of_the_submitted_network() -> None:
    """Every hand row is its layer's number of parameters, and the totals are the network's."""
    answers = read_toml("reference", "hw4", "answers.toml")
    network = on_meta(hw4.CustomAlexNet)
    layers = {call.path: call.params for call in weight_layers(network, (3, 224, 224))}
    rows = {name: int(text.partition("=")[2]) for name, text in answers["q2"]["hand"].items()}
    assert rows == {**layers, "total": sum(layers.values())}
    assert int(answers["q2"]["reported"]["params"]) == count_params(network) == 45_442_856
    assert int(answers["q2"]["reported"]["flops"]) == count_macs(network, (3, 224, 224)) == 698_533_568


def test_answers_show_workings_that_give_their_results() -> None:
    """The left side of each hand row evaluates to its right side."""
    for text in read_toml("reference", "hw4", "answers.toml")["q2"]["hand"].values():
        working, _, result = text.partition("=")
        assert evaluate(working) == int(result)


def test_submission_has_the_starters_names_and_headings() -> None:
    """Classes and functions of the starter are there, and the essay keeps every heading and adds none."""
    given = {node.name for node in ast.parse((HW4 / "starter/hw4.py").read_text("utf-8")).body if hasattr(node, "name")}
    assert given <= set(vars(hw4))
    headings = [
        [line for line in path.read_text("utf-8").splitlines() if line.startswith("#")]
        for path in (HW4 / "starter/essay.md", FOLDER / "essay.md")
    ]
    assert headings[0] == headings[1]


def test_network_answers_the_same_twice_in_eval_mode() -> None:
    """Its dropout is a layer, so that eval mode switches it off."""
    dropouts = [module for module in on_meta(hw4.CustomAlexNet).modules() if isinstance(module, torch.nn.Dropout)]
    assert dropouts and not any(module.training for module in dropouts)


def test_training_learns_and_hands_the_model_back() -> None:
    """On a few striped images, training from random weights gets nearly all right."""
    generator = torch.Generator().manual_seed(0)
    labels = torch.arange(10).repeat(20)
    images = 0.1 * torch.rand(200, 1, 28, 28, generator=generator)
    for index, label in enumerate(labels.tolist()):
        images[index, 0, 2 * label : 2 * label + 4] += 0.8
    torch.manual_seed(0)
    model = hw4.build_model()
    trained = hw4.train(model, TensorDataset(images, labels), epochs=6, device="cpu", batch_size=20)
    with torch.no_grad():
        right = (trained.eval()(images).argmax(1) == labels).float().mean()
    assert trained is model
    assert right > 0.95


@pytest.mark.parametrize("dataset", ["mnist", "digits"])
def test_full_marks_network_earns_full_points_with_every_seed(dataset: str) -> None:
    """The reference reaches the upper band on both data sets, whatever the seed."""
    row = reached(dataset, "reference")
    assert len(row["accuracies"]) == len(SEEDS)
    assert {points(dataset, accuracy) for accuracy in row["accuracies"]} == {3}


@pytest.mark.parametrize(
    ("network", "earned"),
    [("reference", 3), ("lenet-relu-adam", 2), ("lenet-relu-sgd", 2), ("lenet-sigmoid", 1)],
)
def test_bands_of_both_data_sets_agree(network: str, earned: int) -> None:
    """On average a network earns the same points on MNIST and on the digits."""
    for dataset in ("mnist", "digits"):
        row = reached(dataset, network)
        assert row["mean"] == pytest.approx(fmean(row["accuracies"]), abs=0.011)
        assert points(dataset, row["mean"]) == earned


def test_budgets_are_those_of_the_reference_trainings() -> None:
    """Students get as many epochs as the references had, and far more seconds than the references took."""
    (budgets,) = (p["budgets"] for p in read_toml("assignments", "hw4", "collect.toml")["probes"] if "budgets" in p)
    assert {name: budget["epochs"] for name, budget in budgets.items()} == EPOCHS
    for name, budget in budgets.items():
        assert budget["seconds"] > 5 * reached(name, "lenet-relu-adam")["cpu_seconds"]
