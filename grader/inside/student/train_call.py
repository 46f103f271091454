"""Finds a submission's train() and works out what to call it with."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from types import FunctionType
from typing import Any

import torch
from torch import nn
from torch.utils.data import DataLoader

from grader.inside.student.data import TrainData
from grader.inside.student.loader import LoadedFile, Loader
from grader.inside.student.sources import Source

NAMES = ("train", "train_model", "train_network", "train_net", "fit", "training")

_MODEL = frozenset({"model", "net", "network", "cnn", "module"})
_EPOCHS = frozenset(
    {"epochs", "num_epochs", "n_epochs", "max_epochs", "nb_epochs", "num_epoch", "epoch_num", "nepochs"}
)
_HELD_OUT = re.compile(r"(^|_)(val|valid|validation|test|eval|dev|heldout|held_out)(?=_|set|data|loader|iter|dl|$)")
_DATA = re.compile(r"data|dataset|loader|train_?set|train_?iter|train_?dl|trainset|^train$")
_LOADER = re.compile(r"loader|_iter$|_dl$")
_LOSS = frozenset({"criterion", "loss", "loss_fn", "loss_func", "loss_function", "crit"})
_OPTIMIZER = frozenset({"optimizer", "optim", "opt"})
_BATCH = 64


@dataclass(frozen=True)
class Offer:
    """What a training may be given."""

    model: nn.Module
    data: TrainData
    held_out: TrainData
    epochs: int
    device: str
    seed: int


@dataclass(frozen=True)
class TrainCall:
    """A call that is ready to be made. `each_epoch` names the argument that takes an epoch's number, one call each."""

    function: Callable[..., Any]
    positional: tuple[Any, ...]
    named: dict[str, Any]
    held_out: bool
    each_epoch: str | None


def find_train(loader: Loader, chosen: LoadedFile) -> tuple[LoadedFile, FunctionType] | None:
    """The train function, from the network's own file before any other."""
    for name in NAMES:
        own = [chosen] if name in chosen.module.__dict__ else []
        others = [path for path, source in loader.sources.items() if name in source.bound_lines]
        for file in (*own, *map(loader.load, others)):
            function = file.module.__dict__.get(name)
            if isinstance(function, FunctionType) and _takes_two(function):
                return file, function
    return None


def line_that_trains(source: Source) -> int | None:
    """Where a file's outermost level, main guard included, trains or loads its data; None when it does not."""
    if source.tree is None:
        return None
    for node in _outermost(source.tree.body):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
            if called in ("backward", "DataLoader", *NAMES):
                return node.lineno
    return None


def call_for(function: FunctionType, offer: Offer) -> TrainCall:
    """Bind by name what the signature accepts; two unnamed arguments are the model and its data."""
    positional: list[Any] = []
    named: dict[str, Any] = {}
    roles: dict[str, str] = {}
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind is parameter.VAR_POSITIONAL:
            continue
        if parameter.kind is parameter.VAR_KEYWORD:
            # No more than these: such options are often handed on to an optimizer.
            rest = {"epochs": offer.epochs, "device": offer.device}
            named |= {name: value for name, value in rest.items() if name not in roles}
            continue
        role = _role(parameter, roles)
        if not role:
            continue
        roles[role] = parameter.name
        value = _value(role, parameter.name.lower(), offer)
        if parameter.kind is parameter.POSITIONAL_ONLY:
            positional.append(value)
        else:
            named[parameter.name] = value
    return TrainCall(function, tuple(positional), named, "held_out" in roles, roles.get("epoch"))


def _role(parameter: inspect.Parameter, taken: Collection[str]) -> str:
    """What an argument stands for; empty when it is left at its default, or unknown."""
    name, required = parameter.name.lower(), parameter.default is parameter.empty
    role = _named_role(name)
    if role in ("loss", "optimizer", "epoch") and not required:
        return ""
    if role and role not in taken:
        return role
    if not required:
        return ""
    return next((missing for missing in ("model", "data") if missing not in taken), "")


def _named_role(name: str) -> str:
    if name in _MODEL:
        return "model"
    if _HELD_OUT.search(name):
        return "held_out"
    if _DATA.search(name):
        return "data"
    if name in _EPOCHS:
        return "epochs"
    if name in _LOSS:
        return "loss"
    if name in _OPTIMIZER:
        return "optimizer"
    return name if name in ("device", "seed", "epoch") else ""


def _value(role: str, name: str, offer: Offer) -> Any:
    if role in ("data", "held_out"):
        data = offer.data if role == "data" else offer.held_out
        return DataLoader(data, batch_size=_BATCH, shuffle=role == "data") if _LOADER.search(name) else data
    made: dict[str, Callable[[], Any]] = {
        "model": lambda: offer.model,
        "epochs": lambda: offer.epochs,
        "epoch": lambda: 1,
        "device": lambda: offer.device,
        "seed": lambda: offer.seed,
        "loss": nn.CrossEntropyLoss,
        "optimizer": lambda: torch.optim.Adam(offer.model.parameters()),
    }
    return made[role]()


def _takes_two(function: FunctionType) -> bool:
    """A function of fewer arguments works on globals, which only its own script has."""
    code = function.__code__
    return code.co_argcount + code.co_kwonlyargcount >= 2


def _outermost(body: list[ast.stmt]) -> Iterator[ast.AST]:
    for node in body:
        if not isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _outside_definitions(node)


def _outside_definitions(node: ast.AST) -> Iterator[ast.AST]:
    yield node
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from _outside_definitions(child)
