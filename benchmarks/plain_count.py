"""One counter on one network, in a process of its own: CPU time, memory, and how many edge cases it gets right.

Run as a script with the name of a tool and a file with networks; prints JSON.
"""

from __future__ import annotations

import contextlib
import io
import json
import logging
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import nn

from benchmarks.edge_cases import EXPECTED, IMAGE
from benchmarks.plain_check import load

Count = Callable[[nn.Module, torch.Tensor], tuple[int, int]]


def counter(tool: str) -> Count:
    """The tool as multiply-adds and parameters; its import is not timed."""
    if tool == "thop":
        import thop

        return lambda network, image: thop.profile(network, (image,), verbose=False)  # type: ignore[no-any-return]
    if tool == "torchinfo":
        import torchinfo

        return lambda network, image: _of_torchinfo(torchinfo.summary(network, input_data=image, verbose=0))
    if tool == "fvcore":
        from fvcore.nn import FlopCountAnalysis, parameter_count

        logging.getLogger("fvcore").setLevel(logging.ERROR)
        return lambda network, image: (FlopCountAnalysis(network, image).total(), parameter_count(network)[""])
    from torch.utils.flop_counter import FlopCounterMode

    def of_torch(network: nn.Module, image: torch.Tensor) -> tuple[int, int]:
        with FlopCounterMode(display=False) as mode:
            network(image)
        return mode.get_total_flops() // 2, sum(parameter.numel() for parameter in network.parameters())

    return of_torch


def _of_torchinfo(found: Any) -> tuple[int, int]:
    return found.total_mult_adds, found.total_params


def main(tool: str, file: str, name: str, sides: list[int]) -> dict[str, float]:
    """Build and count the named network once warm; then the edge cases."""
    torch.set_num_threads(1)
    count, edge = counter(tool), load(Path(__file__).with_name("edge_cases.py"))
    kind = getattr(load(Path(file)), name)
    right = 0
    with torch.no_grad(), contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        for case, (macs, params) in EXPECTED.items():
            with contextlib.suppress(Exception):
                found = count(getattr(edge, case)().eval(), torch.zeros(1, *IMAGE))
                right += (int(found[0]), int(found[1])) == (macs, params)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        started = time.process_time()
        count(kind().eval(), torch.zeros(1, *sides))
        taken = time.process_time() - started
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"cpu_s": taken, "mib": (after - before) / 1024, "right": right, "cases": len(EXPECTED)}


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], sys.argv[2], sys.argv[3], [int(side) for side in sys.argv[4].split(",")])))
