"""Trains the reference networks of HW4's question 3 over five seeds and writes what they reach.

    python -m reference.train_hw4 --mnist FOLDER

FOLDER holds the four idx .gz files of MNIST; without it only the digits are trained. The file
written, reference/results/hw4_q3.toml, is where the bands of assignments/hw4/expected.toml come
from. Every network sees what a student's does: nine tenths of the training split, a budget in
epochs, one thread, and no weights but random ones.
"""

from __future__ import annotations

import argparse
import datetime
import platform
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from reference.hw4 import hw4
from reference.hw4_images import Images, prepared_images
from reference.models.lenet import LeNet

RESULTS = Path(__file__).resolve().parent / "results" / "hw4_q3.toml"
SEEDS = (0, 1, 2, 3, 4)
EPOCHS = {"mnist": 3, "digits": 15}

Training = Callable[..., nn.Module]


@dataclass(frozen=True)
class Recipe:
    """A network with the way it is trained."""

    slug: str
    title: str
    build: Callable[[], nn.Module]
    train: Training


@dataclass(frozen=True)
class Reached:
    """What one recipe reached on one data set: test accuracy in percent for each seed, CPU seconds of training."""

    dataset: str
    recipe: Recipe
    params: int
    accuracies: tuple[float, ...]
    seconds: tuple[float, ...]


def modern_lenet() -> nn.Module:
    """LeNet's sizes with ReLU and max pooling, as most tutorials have it."""
    convolutions = (nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU())
    classifier = (nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10))
    return nn.Sequential(*convolutions, nn.MaxPool2d(2), nn.Flatten(), *classifier)


def linear_classifier() -> nn.Module:
    """No convolution at all: the floor that any network should pass."""
    return nn.Sequential(nn.Flatten(), nn.Linear(28 * 28, 10))


def plain_training(optimizer: Callable[[Iterable[Tensor]], torch.optim.Optimizer]) -> Training:
    """The loop a beginner writes: one constant step size, batches of 64."""

    def train(model: nn.Module, train_data: TensorDataset, *, epochs: int) -> nn.Module:
        steps = optimizer(model.parameters())
        for _ in range(epochs):
            model.train()
            for images, labels in DataLoader(train_data, batch_size=64, shuffle=True):
                loss = F.cross_entropy(model(images), labels)
                steps.zero_grad()
                loss.backward()
                steps.step()
        return model

    return train


adam = plain_training(lambda parameters: torch.optim.Adam(parameters, lr=1e-3))
momentum = plain_training(lambda parameters: torch.optim.SGD(parameters, lr=0.01, momentum=0.9))

RECIPES = (
    Recipe(
        "reference",
        "the full-marks submission: strided convolutions, batch norm, one cycle",
        hw4.build_model,
        hw4.train,
    ),
    Recipe("lenet-relu-adam", "LeNet with ReLU and max pooling, Adam", modern_lenet, adam),
    Recipe("lenet-relu-sgd", "LeNet with ReLU and max pooling, SGD with momentum", modern_lenet, momentum),
    Recipe("lenet-sigmoid", "LeNet of lecture 000: sigmoid and average pooling, Adam", LeNet, adam),
    Recipe("linear", "no convolution: one linear layer, Adam", linear_classifier, adam),
)


def as_tensor(pixels: Tensor) -> Tensor:
    """Images as a student's network gets them: float32 in 0..1, n x 1 x 28 x 28."""
    return pixels.float().div(255).unsqueeze(1)


def as_dataset(images: Images) -> TensorDataset:
    """What `train` is given: pairs of an image and a label."""
    return TensorDataset(as_tensor(images.train_pixels), images.train_labels)


@torch.no_grad()
def accuracy(model: nn.Module, images: Images) -> float:
    """Share of the test images that are right, in percent."""
    model.eval()
    batches = zip(images.test_pixels.split(250), images.test_labels.split(250), strict=True)
    correct = sum(int((model(as_tensor(pixels)).argmax(1) == labels).sum()) for pixels, labels in batches)
    return 100 * correct / len(images.test_labels)


def train_once(recipe: Recipe, images: Images, seed: int) -> tuple[float, float]:
    """Test accuracy in percent and CPU seconds of training for one seed."""
    torch.manual_seed(seed)
    model = recipe.build()
    train_data = as_dataset(images)
    start = time.process_time()
    trained = recipe.train(model, train_data, epochs=EPOCHS[images.name])
    return accuracy(trained, images), time.process_time() - start


def reached_on(images: Images) -> Iterator[Reached]:
    """Every recipe, trained once for each seed."""
    for recipe in RECIPES:
        runs = [train_once(recipe, images, seed) for seed in SEEDS]
        params = sum(p.numel() for p in recipe.build().parameters())
        reached = Reached(images.name, recipe, params, *map(tuple, zip(*runs, strict=True)))
        mean = statistics.mean(reached.accuracies)
        print(
            f"{images.name:7s} {recipe.slug:16s} {mean:6.2f} %  {statistics.mean(reached.seconds):6.1f} s", flush=True
        )
        yield reached


def as_toml(reached: Reached) -> str:
    """One [[reached]] table."""
    return "\n".join(
        (
            "[[reached]]",
            f'dataset = "{reached.dataset}"',
            f'network = "{reached.recipe.slug}"',
            f'title = "{reached.recipe.title}"',
            f"params = {reached.params}",
            f"epochs = {EPOCHS[reached.dataset]}",
            f"accuracies = [{', '.join(f'{value:.2f}' for value in reached.accuracies)}] # test set, percent, by seed",
            f"mean = {statistics.mean(reached.accuracies):.2f}",
            f"deviation = {statistics.stdev(reached.accuracies):.2f}",
            f"cpu_seconds = {statistics.mean(reached.seconds):.1f} # of training, on one thread",
            "",
        )
    )


def provenance(sets: Iterable[Images], command: str) -> str:
    """Where, when and with what the numbers were made."""
    lines = [
        "# Written by reference/train_hw4.py; not by hand.",
        "[provenance]",
        f"date = {datetime.datetime.now(datetime.UTC).date().isoformat()}",
        f'command = "{command}"',
        f'torch = "{torch.__version__}"',
        f'python = "{platform.python_version()}"',
        'device = "cpu"',
        f"threads = {torch.get_num_threads()}",
        f"seeds = {list(SEEDS)}",
        "",
    ]
    for images in sets:
        lines += [
            f"[datasets.{images.name}]",
            f'title = "{images.title}"',
            f'sha256 = "{images.sha256}"',
            f"train = {len(images.train_labels)}",
            f"test = {len(images.test_labels)}",
            "",
        ]
    return "\n".join(lines)


def main() -> int:
    """Train everything and write the results."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mnist", type=Path, help="folder with the four idx .gz files of MNIST")
    parser.add_argument("--out", type=Path, default=RESULTS)
    options = parser.parse_args()
    torch.set_num_threads(1)
    command = "python -m reference.train_hw4" + (" --mnist FOLDER" if options.mnist else "")
    with prepared_images(options.mnist) as sets:
        tables = [as_toml(reached) for images in sets.values() for reached in reached_on(images)]
        text = "\n".join((provenance(sets.values(), command), *tables))
    options.out.write_text(text, encoding="utf-8")
    print(f"written: {options.out}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
