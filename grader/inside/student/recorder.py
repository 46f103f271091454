"""Writes down one forward pass as a tape: every ATen call with its arguments, module and line."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import nn
from torch.nn.modules.module import register_module_forward_hook, register_module_forward_pre_hook
from torch.utils._python_dispatch import TorchDispatchMode

from grader.inside.student import anatomy
from grader.inside.student.batch_norm import norm_of_nothing
from grader.inside.student.failure import Folder, name_of
from grader.inside.student.values import digest_of, encode, flat_tensors, tensor_bytes
from grader.wire.tape import Tape, TapeCall, TapeModule, TapeOp, TapeTensor

Lines = Callable[[type], tuple[str | None, int | None]]
"""Where in the submission a class is defined."""


@dataclass(frozen=True)
class Recording:
    """A tape with the bytes its tensors name, and the names of operators that draw random numbers.

    `constants` are the digests of tensors that no call made and no module has registered, by their ids.
    """

    tape: Tape
    blobs: Mapping[str, bytes]
    random_ops: tuple[str, ...]
    constants: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """How to record. `weights` is the prefix of the tensors' blobs, None to leave them out."""

    folder: Folder
    lines: Lines
    weights: str | None = None
    before: Callable[[torch.Tensor], torch.Tensor] | None = None
    """The submission's own preprocessing, taped in front of the network."""
    below: int | None = None
    """Whole numbers below this are what the network takes, where it does not take images."""


@dataclass
class Trail:
    """The modules that are running, innermost last, with the shape each was given."""

    network: nn.Module
    index: dict[int, int]
    paths: tuple[str, ...]
    batch: int | None = None
    running: list[tuple[nn.Module, int, int, tuple[int, ...] | None]] = field(default_factory=list)
    calls: dict[int, int] = field(default_factory=dict)
    ended: list[tuple[int, Any, Any]] = field(default_factory=list)
    """Index of each module that came to its end, with what it was given and what it made."""

    def enter(self, module: nn.Module, inputs: tuple[Any, ...]) -> None:
        """A module begins; one that is not registered belongs to the module around it."""
        at = self.index.get(id(module), self.now[0])
        call = self.calls.get(at, -1) + 1 if id(module) in self.index else self.now[1]
        self.calls[at] = call
        first = inputs[0] if inputs and isinstance(inputs[0], torch.Tensor) else None
        self.running.append((module, at, call, None if first is None else tuple(anatomy.shape_of(first))))

    def leave(self, module: nn.Module, inputs: tuple[Any, ...], result: Any) -> None:
        """A module is done, and with it whatever it had caught an exception of."""
        if id(module) in self.index:
            self.ended.append((self.index[id(module)], first_tensor(inputs), first_tensor(result)))
        for position in range(len(self.running) - 1, -1, -1):
            if self.running[position][0] is module:
                del self.running[position:]
                return

    @property
    def now(self) -> tuple[int, int]:
        """Index and call of the innermost module, the network itself outside every module."""
        return self.running[-1][1:3] if self.running else (0, 0)


class Writer(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Sees each ATen call below autograd and appends it to the tape."""

    def __init__(self, network: nn.Module, given: torch.Tensor, plan: Plan, trail: Trail) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._plan, self._trail = plan, trail
        self._batch = anatomy.shape_of(given)[0]
        self._ids: dict[int, int] = {}
        self._views: dict[tuple[Any, ...], int] = {}
        self._alive: list[torch.Tensor] = []
        self.blobs: dict[str, bytes] = {}
        self.constants: dict[int, str] = {}
        self.ops: list[TapeOp] = []
        self.random_ops: list[str] = []
        self.tensors: list[TapeTensor] = []
        self._add(given, "input")
        for held in anatomy.tensors_of(network):
            self._add(held.tensor, held.kind, held.names)

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """No compiler takes part, so torch need not load it (1.3 s) to keep it away."""
        return False

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Write the call's arguments down, run it, write its results down."""
        kwargs = kwargs or {}
        coded_args = tuple(encode(arg, self.identify) for arg in args)
        coded_kwargs = {name: encode(value, self.identify) for name, value in kwargs.items()}
        result = norm_of_nothing(func, args, kwargs) or func(*args, **kwargs)
        results = flat_tensors(result)
        module, call = self._trail.now
        file, line = self._plan.folder.of_frame(sys._getframe(1)) or (None, None)
        kinds = [anatomy.dtype_of(item) if isinstance(item, torch.Tensor) else "float32" for item in results]
        self.ops.append(
            TapeOp(
                op=str(func),
                args=coded_args,
                kwargs=coded_kwargs,
                out=tuple(self._name(item) if isinstance(item, torch.Tensor) else None for item in results),
                shapes=tuple(anatomy.shape_of(item) if isinstance(item, torch.Tensor) else None for item in results),
                module=module,
                call=call,
                file=file,
                line=line,
                dtypes=() if set(kinds) <= {"float32"} else tuple(kinds),
            )
        )
        if torch.Tag.nondeterministic_seeded in func.tags:
            self.random_ops.append(str(func))
        return result

    def identify(self, tensor: torch.Tensor) -> int:
        """The id of a tensor; one that no call made is the input, a weight, or a constant."""
        known = self._ids.get(id(tensor))
        if known is None:
            # `.data` and `.numpy()` make new tensors on old elements without a call.
            known = self._views.get(_view(tensor))
        return self._add(tensor, "constant") if known is None else known

    def known(self, tensor: torch.Tensor | None) -> int | None:
        """The id of a tensor that the tape has, else None."""
        return None if tensor is None else self._ids.get(id(tensor))

    def _name(self, tensor: torch.Tensor) -> int:
        known = self._ids.get(id(tensor))
        return self._keep(tensor) if known is None else known

    def _keep(self, tensor: torch.Tensor) -> int:
        # Kept alive, or the next tensor could be given the same address.
        self._alive.append(tensor)
        number = len(self._alive) - 1
        self._ids[id(tensor)] = number
        self._views[_view(tensor)] = number
        return number

    def _add(self, tensor: torch.Tensor, kind: str, names: tuple[str, ...] = ()) -> int:
        number = self._keep(tensor)
        if kind == "constant":
            self.constants[number] = digest_of(tensor)
        blob = None
        if self._plan.weights is not None and kind != "input":
            # Registered tensors have the same number on every tape of a network; constants need not.
            own = f"{self._batch}/{number}" if kind == "constant" else str(number)
            blob = f"{self._plan.weights}/{own}"
            self.blobs[blob] = tensor_bytes(tensor)
        self.tensors.append(
            TapeTensor(
                id=number,
                kind=kind,
                shape=tuple(anatomy.shape_of(tensor)),
                dtype=anatomy.dtype_of(tensor),
                names=tuple(name[:500] for name in names),
                requires_grad=anatomy.requires_grad_of(tensor),
                blob=blob,
            )
        )
        return number


class NoTensorError(Exception):
    """The network returned nothing that holds a tensor; the argument is what it returned."""


def record(network: nn.Module, given: torch.Tensor, plan: Plan, trail: Trail) -> Recording:
    """Run the network once on `given` and return its tape. Whatever the network raises passes through.

    Raises:
        NoTensorError: when there is no tensor in what the network returned.
    """
    with _watched(trail), torch.no_grad():
        writer = Writer(network, given, plan, trail)
        with writer:
            ready = given if plan.before is None else plan.before(given)
            result = network(ready)
    output = first_tensor(result)
    if output is None:
        raise NoTensorError(name_of(type(result)))
    number = writer.identify(output)
    tape = Tape(
        batch=anatomy.shape_of(given)[0],
        tensors=tuple(writer.tensors),
        modules=tuple(_module(path, module, plan.lines) for path, module in anatomy.modules_of(network)),
        ops=tuple(writer.ops),
        input=0,
        output=number,
        output_kind=_kind(result),
        torch=str(torch.__version__),
        calls=tuple(TapeCall(at, writer.known(given), writer.known(made)) for at, given, made in trail.ended),
    )
    return Recording(tape, writer.blobs, tuple(dict.fromkeys(writer.random_ops)), writer.constants)


def new_trail(network: nn.Module, batch: int | None = None) -> Trail:
    """A trail with the numbers that the tape gives to the network's modules."""
    modules = anatomy.modules_of(network)
    index = {id(module): number for number, (_, module) in enumerate(modules)}
    return Trail(network, index, tuple(path[:500] for path, _ in modules), batch)


@contextmanager
def _watched(trail: Trail) -> Iterator[None]:
    """Follow which module runs, with kernels that hide nothing: no fused attention, no fused recurrence."""
    with ExitStack() as stack:
        enter = register_module_forward_pre_hook(lambda module, inputs: trail.enter(module, inputs))
        stack.callback(enter.remove)
        leave = register_module_forward_hook(lambda *ended: trail.leave(*ended))
        stack.callback(leave.remove)
        backends: Any = torch.backends
        switches: list[tuple[Callable[[bool], object], bool]] = [
            (backends.mha.set_fastpath_enabled, backends.mha.get_fastpath_enabled()),
            (backends.cuda.enable_flash_sdp, backends.cuda.flash_sdp_enabled()),
            (backends.cuda.enable_mem_efficient_sdp, backends.cuda.mem_efficient_sdp_enabled()),
        ]
        for switch, before in switches:
            switch(False)
            stack.callback(switch, before)
        if any(isinstance(module, nn.RNNBase) for _, module in anatomy.modules_of(trail.network)):
            stack.enter_context(torch.backends.mkldnn.flags(enabled=False))
        yield


def _view(tensor: torch.Tensor) -> tuple[Any, ...]:
    """What two tensors share that are one view of the same elements."""
    try:
        storage = tensor.untyped_storage()
        place = storage.data_ptr() or storage._cdata
        return place, tensor.storage_offset(), tensor.stride(), tuple(anatomy.shape_of(tensor)), tensor.dtype
    except (RuntimeError, NotImplementedError):
        # Sparse and opaque tensors have no storage to look at.
        return (id(tensor),)


def first_tensor(value: Any, depth: int = 0) -> torch.Tensor | None:
    """The tensor itself, or the first in a tuple, list or dict."""
    if isinstance(value, torch.Tensor):
        return value
    if depth > 8:
        return None
    if isinstance(value, Mapping):
        value = list(value.values())
    if not isinstance(value, list | tuple):
        return None
    return next((found for item in value if (found := first_tensor(item, depth + 1)) is not None), None)


def _kind(result: Any) -> str:
    for kind, name in ((torch.Tensor, "tensor"), (tuple, "tuple"), (list, "list"), (Mapping, "dict")):
        if isinstance(result, kind):
            return name
    return "other"


def _module(path: str, module: nn.Module, lines: Lines) -> TapeModule:
    file, line = lines(type(module))
    training = module.__dict__.get("training")
    return TapeModule(path[:500], name_of(type(module)), training is True, file, line)
