"""The measure zone's calls, and what its warm process loads before it forks."""

from __future__ import annotations

from collections.abc import Mapping

from grader.inside.context import Handler
from grader.inside.measure.inspecting import inspect_networks
from grader.inside.measure.network import network
from grader.inside.measure.training import training

PRELOAD = ("torch", "grader.inside.measure.warm")

HANDLERS: Mapping[str, Handler] = {
    "inspect": inspect_networks,
    "network": network,
    "training": training,
}
