"""Hand-overs that lie, overflow or are no hand-overs: a problem each time, and nothing of size is allocated."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from pydantic import TypeAdapter
from torch.utils._python_dispatch import TorchDispatchMode

from grader.domain.evidence import NetworkPayload
from grader.domain.measurement import Provenance
from grader.domain.reason import Reason
from grader.inside.measure.network import network
from grader.wire.frames import Frame
from tests.inside.measure import networks
from tests.inside.measure.taping import handed_over, recording_of, spooled

SHAPE = (1, 3, 32, 32)
HONEST: dict[str, Any] = json.loads(
    json.dumps(handed_over(network=[recording_of(networks.WithFunctions().eval(), SHAPE)]).message)
)

Message = dict[str, Any]


class OnlyShapes(TorchDispatchMode):
    """Fails the test when a tensor with more than a few elements is made anywhere but on the meta device."""

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Run the call and look at its first result."""
        result = func(*args, **(kwargs or {}))
        first = result[0] if isinstance(result, tuple | list) and result else result
        if isinstance(first, torch.Tensor) and first.device.type != "meta":
            assert first.numel() < 100, func
        return result


def answer(message: Message | bytes, folder: Path, **asked: Any) -> NetworkPayload:
    """What the handler says to a hand-over, read as the parent reads it."""
    handed = Frame(message) if isinstance(message, dict) else message
    with OnlyShapes():
        frame = network(Frame({"sources": [], "outputs": 10, **asked}), spooled(folder, handed))
    return TypeAdapter(NetworkPayload).validate_python(json.loads(json.dumps(frame.message, allow_nan=False)))


def op_named(message: Message, name: str) -> list[Any]:
    """The first row of an operator in the first tape."""
    rows: list[list[Any]] = message["tapes"]["network"][0]["ops"]
    return next(row for row in rows if row[0].startswith(f"aten.{name}."))


def insert(message: Message, op: str, args: list[Any], shape: list[int]) -> None:
    """Put one more call, of no use to anybody, at the end of the first tape."""
    tape = message["tapes"]["network"][0]
    tape["ops"].append([op, args, {}, [90_000], [shape], 0, 0, None, None])
    tape["output"] = 90_000


def test_honest_hand_over_is_measured(tmp_path: Path) -> None:
    """What the cases below damage is whole by itself."""
    payload = answer(copy.deepcopy(HONEST), tmp_path)
    assert payload.problem is None
    assert payload.network is not None


def _rename(message: Message) -> None:
    op_named(message, "relu")[0] = "aten.set_.source_Storage"


def _other_namespace(message: Message) -> None:
    op_named(message, "relu")[0] = "torchvision.read_file.default"


def _false_shape(message: Message) -> None:
    op_named(message, "convolution")[4] = [[1, 9, 32, 32]]


def _false_parameter_shape(message: Message) -> None:
    message["tapes"]["network"][0]["tensors"][1][2] = [8, 3, 5, 5]


def _huge_parameter(message: Message) -> None:
    message["tapes"]["network"][0]["tensors"][1][2] = [1 << 15, 1 << 15]


def _huge_expand(message: Message) -> None:
    insert(message, "aten.expand.default", [{"t": 0}, [1 << 20, 3, 32, 32]], [1 << 20, 3, 32, 32])


def _huge_zeros(message: Message) -> None:
    insert(message, "aten.zeros.default", [[1 << 20, 1 << 20]], [1])


def _huge_padding(message: Message) -> None:
    op_named(message, "convolution")[1][4] = [1 << 14, 1 << 14]


def _huge_number(message: Message) -> None:
    op_named(message, "max_pool2d_with_indices")[1][1] = [1 << 70, 2]


def _many_results(message: Message) -> None:
    insert(message, "aten.unbind.int", [{"t": 0}, 1], [1, 32, 32])


def _many_pieces(message: Message) -> None:
    insert(message, "aten.split.Tensor", [{"t": 0}, 1, 3], [1, 3, 32, 1])


def _much_work(message: Message) -> None:
    insert(message, "aten.max_pool2d_with_indices.default", [{"t": 0}, [1 << 22, 1 << 22]], [1])


def _loop(message: Message) -> None:
    op_named(message, "relu")[1] = [{"t": message["tapes"]["network"][0]["output"]}]


def _unknown_tensor(message: Message) -> None:
    op_named(message, "relu")[1] = [{"t": 77_777}]


def _double_id(message: Message) -> None:
    rows = message["tapes"]["network"][0]["ops"]
    rows[-1][3] = [rows[0][3][0]]


def _strange_value(message: Message) -> None:
    op_named(message, "relu")[1] = [{"eval": "1"}]


def _deep_value(message: Message) -> None:
    value: Any = 1
    for _ in range(40):
        value = [value]
    op_named(message, "relu")[1] = [value]


def _unknown_argument(message: Message) -> None:
    op_named(message, "relu")[2] = {"out": {"t": 0}}


def _missing_argument(message: Message) -> None:
    op_named(message, "convolution")[1] = []


def _text_for_tensor(message: Message) -> None:
    op_named(message, "convolution")[1][0] = "input"


def _norm_of_other_channels(message: Message) -> None:
    args = [{"t": 0}, {"t": 2}, {"t": 2}, {"t": 2}, {"t": 2}, False, 0.1, 1e-5]
    insert(message, "aten.native_batch_norm.default", args, [1, 3, 32, 32])


def _group_norm_of_other_sizes(message: Message) -> None:
    insert(message, "aten.native_group_norm.default", [{"t": 0}, None, None, 64, 3, 1024, 1, 1e-5], [1, 3, 32, 32])


def _no_input(message: Message) -> None:
    message["tapes"]["network"][0]["input"] = 1


def _batch_that_is_none(message: Message) -> None:
    message["tapes"]["network"][0]["batch"] = 3


def _no_tape(message: Message) -> None:
    message["tapes"] = {}


def _other_schema(message: Message) -> None:
    message["schema"] = "grader/handover/v0"


def _other_networks(message: Message) -> None:
    other = copy.deepcopy(message["tapes"]["network"][0])
    other["tensors"][1][4] = ["another.weight"]
    message["tapes"]["network"].append(other)


def _problem_of_own_making(message: Message) -> None:
    message["problem"] = {"reason": "full_marks", "facts": {}}


def _endless_fact(message: Message) -> None:
    message["notes"] = [{"reason": "pretrained", "facts": {"detail": {"a": 1}}}]


def _rule_of_own_making(message: Message) -> None:
    message["chosen"]["rule"] = "bribe"


REFUSED: list[Callable[[Message], None]] = [
    _false_shape, _false_parameter_shape, _huge_parameter, _huge_expand, _huge_zeros,
    _huge_padding, _huge_number, _many_results, _many_pieces, _much_work, _loop, _unknown_tensor, _double_id,
    _strange_value, _deep_value, _unknown_argument, _missing_argument, _text_for_tensor, _norm_of_other_channels,
    _group_norm_of_other_sizes, _no_input, _batch_that_is_none, _no_tape, _other_schema, _other_networks,
    _problem_of_own_making, _endless_fact, _rule_of_own_making,
]  # fmt: skip


@pytest.mark.parametrize("damage", REFUSED, ids=lambda damage: damage.__name__.strip("_"))
def test_damaged_hand_over_is_a_problem(damage: Callable[[Message], None], tmp_path: Path) -> None:
    """Refused with its reason; nothing is measured, and nothing but shapes is made."""
    message = copy.deepcopy(HONEST)
    damage(message)
    payload = answer(message, tmp_path)
    assert payload.network is None
    assert payload.problem is not None
    assert payload.problem.reason in (Reason.HANDOVER_REFUSED, Reason.OPERATOR_REFUSED)


@pytest.mark.parametrize("damage", [_rename, _other_namespace])
def test_unknown_operator_is_never_run_and_named_with_its_line(
    damage: Callable[[Message], None], tmp_path: Path
) -> None:
    """What is counted behind it counts as the student's own word, and the page says so."""
    message = copy.deepcopy(HONEST)
    damage(message)
    name = next(
        row[0]
        for row in message["tapes"]["network"][0]["ops"]
        if row[0].endswith(("set_.source_Storage", "read_file.default"))
    )
    network = answer(message, tmp_path).network
    assert network is not None
    assert network.provenance is Provenance.REPORTED
    refused = [problem for problem in network.diagnostics if problem.reason == Reason.OPERATOR_REFUSED]
    assert [problem.facts for problem in refused] == [{"op": name}]
    assert (refused[0].file, type(refused[0].line)) == ("networks.py", int)


def _believed_size(message: Message) -> None:
    insert(message, "mine.grow.default", [{"t": 0}], [1 << 14, 1 << 14, 1 << 3])


def _believed_ghost(message: Message) -> None:
    insert(message, "mine.grow.default", [{"t": 12_345}], [1, 10])


def _believed_change(message: Message) -> None:
    row = op_named(message, "relu")
    row[0], row[4] = "mine.relu.default", [[1, 77]]


@pytest.mark.parametrize("damage", [_believed_size, _believed_ghost, _believed_change])
def test_unknown_operator_is_held_to_the_rest_of_the_tape(damage: Callable[[Message], None], tmp_path: Path) -> None:
    """Its results have to fit what reads them, come from tensors that there are, and stay within the caps."""
    message = copy.deepcopy(HONEST)
    damage(message)
    problem = answer(message, tmp_path).problem
    assert problem is not None
    assert problem.reason == Reason.HANDOVER_REFUSED


def test_tape_of_another_input_is_refused(tmp_path: Path) -> None:
    """The question says which images the network is for."""
    payload = answer(copy.deepcopy(HONEST), tmp_path, input_shape=[3, 224, 224])
    assert payload.problem is not None
    assert "[3, 32, 32]" in str(payload.problem.facts["detail"])


@pytest.mark.parametrize(
    "raw",
    [b"", b"\0" * 8, b"\xff" * 64, (10).to_bytes(8, "little") + b"{}", b"\x80\x04cos\nsystem\n."],
    ids=["empty", "zeros", "endless", "cut", "pickle"],
)
def test_bytes_that_are_no_frame_are_a_problem(raw: bytes, tmp_path: Path) -> None:
    """Not even the form is right."""
    payload = answer(raw, tmp_path)
    assert payload.problem is not None
    assert payload.problem.reason == Reason.HANDOVER_REFUSED
