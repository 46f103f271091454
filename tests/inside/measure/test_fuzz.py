"""Random damage to a hand-over: the handlers answer with a reply, whatever they are given."""

from __future__ import annotations

import copy
import io
import json
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter
from safetensors.torch import save

from grader.domain.evidence import NetworkPayload, TrainingPayload
from grader.inside.context import Context
from grader.inside.measure.checkpoint import CheckpointDiffers
from grader.inside.measure.checkpoint_look import CheckpointRefused
from grader.inside.measure.network import network
from grader.inside.measure.operators import ALLOWED
from grader.inside.measure.training import training
from grader.wire.frames import Frame, write_frame
from tests.inside.measure import networks
from tests.inside.measure.taping import handed_over, recording_of, spooled
from tests.inside.measure.test_checkpoint import STATE, read, saved
from tests.inside.measure.test_hostile import OnlyShapes

SIDE, N = 12, 5
ASKED = {"sources": [], "outputs": 10, "n": N, "image_shape": (1, SIDE, SIDE), "perturbed": True, "answered": False}


def _trained() -> Frame:
    tiny = networks.Digits().eval()
    one, many = ((batch, 1, SIDE, SIDE) for batch in (1, 2))
    tapes = [recording_of(tiny, one, weights="t"), recording_of(tiny, many, weights="t")]
    return handed_over(network=tapes[:1], trained=tapes, untrained=[recording_of(tiny, many, weights="u")])


HONEST = _trained()
PLAIN: Mapping[str, Any] = json.loads(json.dumps(HONEST.message))

numbers = st.one_of(
    st.integers(-3, 40), st.sampled_from([-(1 << 63), (1 << 63) - 1, 1 << 31, 1 << 20, 1 << 70]), st.booleans()
)
values = st.one_of(
    numbers,
    st.none(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=8),
    st.sampled_from(sorted(ALLOWED)),
    st.lists(numbers, max_size=5),
    st.builds(lambda number: {"t": number}, st.integers(-1, 90)),
    st.sampled_from([{"dtype": "float64"}, {"dtype": "bool"}, {"f": "nan"}, {"f": "-inf"}, {"opt": "device"}, {}, []]),
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Paths to everything inside a JSON value."""
    found = [path] if path else []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        found += places(item, (*path, key))
    return found


PLACES = {name: places(PLAIN["tapes"][name], ("tapes", name)) for name in ("network", "trained")}
OPS = {name: [place for place in found if "ops" in place] for name, found in PLACES.items()}


@st.composite
def damaged(draw: st.DrawFn, group: str) -> dict[str, Any]:
    """The honest message with one to four of its values replaced, removed or doubled."""
    message = copy.deepcopy(dict(PLAIN))
    for _ in range(draw(st.integers(1, 4))):
        path = draw(st.sampled_from(draw(st.sampled_from([PLACES[group], OPS[group]]))))
        holder: Any = message
        try:
            for key in path[:-1]:
                holder = holder[key]
            if isinstance(holder, list) and draw(st.integers(0, 5)) == 0:
                holder.insert(path[-1], copy.deepcopy(holder[path[-1]]))
            elif draw(st.integers(0, 7)) == 0:
                del holder[path[-1]]
            else:
                holder[path[-1]] = copy.deepcopy(draw(values))
        except (KeyError, IndexError, TypeError):
            # An earlier change has taken this place away.
            continue
    return message


def written(frame: Frame) -> Any:
    """The reply's message as it crosses to the parent."""
    write_frame(io.BytesIO(), frame)
    return json.loads(json.dumps(frame.message, allow_nan=False))


def examined(folder: Path, handed: Frame) -> Context:
    """The surroundings of a training job whose images are all black."""
    (folder / "exam").write_bytes(bytes(2 * N * SIDE * SIDE))
    context = spooled(folder, handed)
    return replace(context, spools={**context.spools, "exam": folder / "exam"}, seed=1)


fuzzing = settings(deadline=None, max_examples=150, suppress_health_check=list(HealthCheck))


@fuzzing
@given(damaged("network"))
def test_damaged_network_is_answered(message: dict[str, Any]) -> None:
    """A measurement or a problem, in a form that the parent reads; never elements of tensors."""
    with tempfile.TemporaryDirectory() as folder, OnlyShapes():
        reply = network(Frame({"sources": [], "outputs": 10}), spooled(Path(folder), Frame(message, HONEST.blobs)))
    payload = TypeAdapter(NetworkPayload).validate_python(written(reply))
    assert (payload.network is None) != (payload.problem is None)


@fuzzing
@given(damaged("trained"))
def test_damaged_training_is_answered(message: dict[str, Any]) -> None:
    """Logits of the right size, or a problem."""
    with tempfile.TemporaryDirectory() as folder:
        reply = training(Frame(ASKED), examined(Path(folder), Frame(message, HONEST.blobs)))
    payload = TypeAdapter(TrainingPayload).validate_python(written(reply)["payload"])
    classes = reply.message["classes"]
    assert (classes is None) == (payload.problem is not None)
    assert all(len(blob) == N * classes * 4 for name, blob in reply.blobs.items() if not name.startswith("curve"))


@settings(deadline=None, max_examples=100)
@given(st.data())
def test_damaged_bytes_are_answered(data: st.DataObject) -> None:
    """Bytes cut, flipped or added anywhere in the frame."""
    stream = io.BytesIO()
    write_frame(stream, Frame(dict(PLAIN), HONEST.blobs))
    raw = bytearray(stream.getvalue())
    for _ in range(data.draw(st.integers(1, 6))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.one_of(st.none(), st.integers(0, len(raw))))
    with tempfile.TemporaryDirectory() as folder, OnlyShapes():
        reply = network(Frame({"sources": [], "outputs": 10}), spooled(Path(folder), bytes(raw[:cut])))
    TypeAdapter(NetworkPayload).validate_python(written(reply))


def test_honest_hand_over_is_measured_and_scored() -> None:
    """What the fuzzer damages is whole by itself."""
    with tempfile.TemporaryDirectory() as folder:
        assert training(Frame(ASKED), examined(Path(folder), HONEST)).message["classes"] == 10


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_damaged_weights_are_refused_or_read(data: st.DataObject) -> None:
    """A few changed bytes never bring anything but weights of the right shape, or one of the two refusals."""
    whole = bytearray(data.draw(st.sampled_from([saved(STATE), save(dict(STATE))])))
    for _ in range(data.draw(st.integers(1, 6))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    with tempfile.TemporaryDirectory() as folder:
        try:
            found = read(bytes(whole), Path(folder))
        except (CheckpointRefused, CheckpointDiffers):
            return
    assert all(tensor.shape == STATE[name].shape for name, tensor in found.items() if name in STATE)
