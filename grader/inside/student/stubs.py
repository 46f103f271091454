"""Stand-ins for missing packages that only log or plot, so that a training that uses them can run.

What a file does with them has no effect; that the package is missing is said.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
from collections.abc import Iterator, Sequence
from types import FrameType, ModuleType
from typing import Any

import torch
from torch import nn

from grader.domain.problem import Problem
from grader.domain.reason import Reason
from grader.inside.student.failure import Folder

PACKAGES = frozenset(
    "tensorboard tensorboardX wandb seaborn plotly visdom torchviz torchinfo livelossplot mlflow comet_ml "
    "tabulate termcolor colorama loguru prettytable google pytorch_lightning lightning".split()
)

_KNOWN_AS = {"google": "google.colab"}
"""What a student imports of a package whose first name says nothing."""


class Silent:
    """Answers every call, attribute and item with itself, and holds nothing."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return self

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self

    def __getitem__(self, key: Any) -> Any:
        return self

    def __iter__(self) -> Iterator[Any]:
        return iter(())

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *_: Any) -> None:
        return None

    def __str__(self) -> str:
        return ""


class _Lightning(nn.Module):
    """The class that networks derive from there: a Module with a few calls more, none of which forward needs."""

    device = torch.device("cpu")

    def log(self, *_: Any, **__: Any) -> None:
        """Nothing is written down."""

    log_dict = save_hyperparameters = log

    @property
    def hparams(self) -> Silent:
        """Nothing was saved."""
        return Silent()


class _Base:
    """For what is derived from and is no network."""


_CLASSES = {"LightningModule": _Lightning, "LightningDataModule": _Base, "Callback": _Base}


class _SilentModule(ModuleType):
    __version__ = "99.0"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _CLASSES[name] if name in _CLASSES and "lightning" in self.__name__ else Silent()


class StubFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """The last finder of all: it is asked only for what is installed nowhere and in no file of the submission."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self.notes: list[Problem] = []
        self._answered: set[str] = set()

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """A package that stands in for a missing one, noted once with the line that asked first."""
        top = fullname.partition(".")[0]
        if top not in PACKAGES:
            return None
        asker = _asker(sys._getframe(1))
        own = self._folder.relative(asker.f_code.co_filename) is not None
        if top not in self._answered and not own and "tensorboard" not in asker.f_code.co_filename:
            # A library that tries for an optional package has to learn that it is missing.
            return None
        if top not in self._answered and (own or top == "tensorboard"):
            file, line = self._folder.of_frame(asker) or (None, None)
            self._answered.add(top)
            self.notes.append(Problem(Reason.MISSING_PACKAGE, file, line, facts={"package": _KNOWN_AS.get(top, top)}))
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        """A module whose every name is silent."""
        return _SilentModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing is to be run."""


def _asker(frame: FrameType) -> FrameType:
    """The frame whose import statement is being answered."""
    while frame.f_code.co_filename.startswith("<frozen importlib") and frame.f_back is not None:
        frame = frame.f_back
    return frame
