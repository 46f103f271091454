"""Counts passes over the training data, and stops a training that goes past its budget."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch.utils.data import ConcatDataset, DataLoader, Dataset, TensorDataset

from grader.inside.student.data import TrainData

AtBoundary = Callable[[int], None]
"""Called with the number of whole passes whenever another one is complete."""

_MOST_WRAPPINGS = 10
_grad_enabled = torch.is_grad_enabled


class BudgetSpent(BaseException):
    """Raised at the start of the pass after the last one that the budget pays for."""


@dataclass
class PassCounter:
    """Passes begun so far, in units of the whole training set. Only passes with gradients on count."""

    data: TrainData
    budget: int
    at_boundary: AtBoundary
    begun: float = 0.0

    def begin(self, share: float) -> None:
        """A pass over this share of the data begins.

        Raises:
            BudgetSpent: when all passes of the budget have been made.
        """
        if share <= 0 or not _grad_enabled():
            return
        whole = self.whole
        if whole > 0 and math.isclose(self.begun, whole, abs_tol=1e-6):
            self.at_boundary(whole)
        if self.begun >= self.budget - 1e-6:
            raise BudgetSpent
        self.begun += share

    @property
    def whole(self) -> int:
        """Whole passes that have begun."""
        return math.floor(self.begun + 1e-6)


@contextmanager
def counted(counter: PassCounter) -> Iterator[None]:
    """Count every pass that a DataLoader, or a plain loop, makes over the data."""
    whole = len(counter.data)
    iterate_loader = DataLoader.__iter__
    iterate_data = TrainData.__iter__

    def loader_pass(loader: DataLoader[Any]) -> Any:
        counter.begin(_examples_of(loader.dataset, counter.data) / whole)
        return iterate_loader(loader)

    def data_pass(data: TrainData) -> Any:
        counter.begin(1.0 if data is counter.data else 0.0)
        return iterate_data(data)

    DataLoader.__iter__ = loader_pass  # type: ignore[method-assign]
    TrainData.__iter__ = data_pass  # type: ignore[method-assign]
    try:
        yield
    finally:
        DataLoader.__iter__ = iterate_loader  # type: ignore[method-assign]
        TrainData.__iter__ = iterate_data  # type: ignore[method-assign]


def _examples_of(dataset: Dataset[Any], data: TrainData, depth: int = 0) -> int:
    """How many examples of a data set come from the training data, through splits and wrappers."""
    if dataset is data:
        return len(data)
    if depth > _MOST_WRAPPINGS:
        return 0
    if isinstance(dataset, TensorDataset):
        # Made of `tensors()`: no other images are to be had here.
        return min(len(dataset), len(data))
    if isinstance(dataset, ConcatDataset):
        return sum(_examples_of(part, data, depth + 1) for part in dataset.datasets)
    for value in list(vars(dataset).values()):
        if isinstance(value, Dataset) and _examples_of(value, data, depth + 1):
            return len(dataset)  # type: ignore[arg-type]
    return 0
