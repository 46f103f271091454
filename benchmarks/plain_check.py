"""The plain way: import everything, import the student's file, check it in the same process.

Run as a script with the path of a hw4.py. It does HW4's Q2 checks as a course
would write them down in an afternoon, and it is what `bench_q2` compares with.
"""

from __future__ import annotations

import copy
import importlib.util
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import thop
import torch
import torchvision  # noqa: F401
from torch import nn
from torch.utils.flop_counter import FlopCounterMode


def load(path: Path) -> ModuleType:
    """Import the student's file, as plain as that."""
    spec = importlib.util.spec_from_file_location("student", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def check(path: Path) -> None:
    """Shapes at batch 1 and 2, parameters by layer, MACs two ways, determinism, the hand calculation."""
    torch.set_num_threads(1)
    network = load(path).CustomAlexNet(1000).eval()
    rows = [
        sum(parameter.numel() for parameter in layer.parameters())
        for layer in network.modules()
        if isinstance(layer, nn.Conv2d | nn.Linear)
    ]
    image = torch.randn(1, 3, 224, 224)
    with torch.no_grad():
        with FlopCounterMode(display=False) as counter:
            first = network(image)
        again = network(image)
        pair = network(torch.randn(2, 3, 224, 224))
    macs, params = thop.profile(copy.deepcopy(network), inputs=(image,), verbose=False)
    hand = tomllib.loads((path.parent / "answers.toml").read_text("utf-8"))["q2"]["hand"]
    written = [int(text.rsplit("=", 1)[-1]) for text in hand.values()]
    print("shape", tuple(first.shape) == (1, 1000), tuple(pair.shape) == (2, 1000))
    print("deterministic", torch.equal(first, again))
    print("rows", written[:-1] == rows, "total", written[-1] == sum(rows) == int(params))
    print("macs", counter.get_total_flops() // 2 == int(macs))


if __name__ == "__main__":
    check(Path(sys.argv[1]))
