"""Draws the figure of the reference submission: what each network reached, and what ours confuses.

    python -m reference.draw_hw4 --mnist FOLDER

The left half reads reference/results/hw4_q3.toml; for the right half the full-marks network is
trained once more with seed 0.
"""

from __future__ import annotations

import argparse
import sys
import tomllib
from pathlib import Path

import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reference.hw4 import hw4
from reference.hw4_images import Images, prepared_images
from reference.train_hw4 import EPOCHS, RESULTS, as_dataset, as_tensor

FIGURE = Path(__file__).resolve().parent / "hw4" / "experiment.png"


def confusion(images: Images) -> torch.Tensor:
    """Counts of the test images, true class by predicted class."""
    torch.manual_seed(0)
    model = hw4.train(hw4.build_model(), as_dataset(images), epochs=EPOCHS[images.name]).eval()
    with torch.no_grad():
        predicted = torch.cat([model(as_tensor(pixels)).argmax(1) for pixels in images.test_pixels.split(250)])
    return torch.bincount(images.test_labels * 10 + predicted, minlength=100).view(10, 10)


def draw_accuracies(axes: Axes) -> None:
    """One dot for each seed, one line for each network."""
    reached = tomllib.loads(RESULTS.read_text("utf-8"))["reached"]
    rows = [row for row in reached if row["dataset"] == "mnist"][::-1]
    for height, row in enumerate(rows):
        axes.plot(row["accuracies"], [height] * len(row["accuracies"]), "o", color="#1f5f8b", alpha=0.6)
    axes.set_yticks(range(len(rows)), [row["network"] for row in rows])
    axes.set_xlabel("test accuracy on MNIST, %, five seeds")
    axes.grid(axis="x", alpha=0.3)


def draw_confusion(axes: Axes, counts: torch.Tensor) -> None:
    """The mistakes alone: the diagonal would outshine them."""
    mistakes = counts - torch.diag(counts.diagonal())
    axes.imshow(mistakes, cmap="Blues")
    for truth, predicted in mistakes.nonzero().tolist():
        axes.text(
            predicted,
            truth,
            int(mistakes[truth, predicted]),
            color="white" if mistakes[truth, predicted] > 4 else "black",
            ha="center",
            va="center",
            fontsize=8,
        )
    axes.set_xticks(range(10))
    axes.set_yticks(range(10))
    axes.set_xlabel("predicted")
    axes.set_ylabel("true")
    axes.set_title(f"{int(mistakes.sum())} mistakes in {int(counts.sum()):,} images", fontsize=10)


def main() -> int:
    """Draw both halves and write the picture."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mnist", type=Path, required=True, help="folder with the four idx .gz files of MNIST")
    parser.add_argument("--out", type=Path, default=FIGURE)
    options = parser.parse_args()
    torch.set_num_threads(1)
    figure = Figure(figsize=(9, 3.6), layout="constrained")
    left, right = figure.subplots(1, 2)
    draw_accuracies(left)
    with prepared_images(options.mnist) as sets:
        draw_confusion(right, confusion(sets["mnist"]))
    figure.savefig(options.out, dpi=110)
    return 0


if __name__ == "__main__":
    sys.exit(main())
