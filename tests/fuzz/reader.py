"""A fuzzer that follows the coverage of the reader of hand-overs: `make fuzz`, or `python -m tests.fuzz.reader 300`.

Mutates frames as JSON, so that most of them get past the codec, and as bytes.
Whatever it sends, the handlers have to answer with a reply that the parent can
read, and in counting never to make a tensor with elements. It stops at the first
input for which that does not hold, and leaves it in the working directory.
"""

from __future__ import annotations

import copy
import io
import random
import sys
import tempfile
from pathlib import Path
from typing import Any

import atheris

with atheris.instrument_imports(include=["grader.wire", "grader.inside.measure"]):
    from grader.inside.measure.inspecting import inspect_networks
    from grader.inside.measure.network import network
    from grader.inside.measure.training import training
    from grader.wire.frames import Frame, FrameError, read_frame, write_frame

from pydantic import TypeAdapter

from grader.domain.evidence import NetworkPayload, TrainingPayload
from grader.domain.inspection import FileInspection
from grader.inside.measure.operators import ALLOWED
from grader.wire.tape import INSPECTION_SCHEMA
from tests.inside.measure.taping import spooled
from tests.inside.measure.test_fuzz import ASKED, HONEST, examined, places, written
from tests.inside.measure.test_hostile import OnlyShapes

_MOST_BYTES = 1 << 18
_NUMBERS = (-1, 0, 1, 2, 3, 7, 1 << 20, 1 << 31, (1 << 63) - 1, -(1 << 63), 1 << 70, 0.5, 1e308)
_TEXTS = (
    "",
    "input",
    "parameter",
    "constant",
    "float32",
    "int64",
    "bool",
    "conv1.weight",
    "t/1",
    "\u202e",
    "python.values",
)
_OBJECTS: tuple[Any, ...] = (
    {"t": 0},
    {"t": 5},
    {"f": "nan"},
    {"dtype": "int64"},
    {"opt": "layout"},
    [],
    {},
    [[]],
    None,
    True,
)
_OPERATORS = sorted(ALLOWED)


def answer(data: bytes) -> None:
    """One frame, given to the handler that its first byte chooses."""
    if not data:
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "handover").write_bytes(data[1:])
        if data[0] % 3 == 0:
            context = spooled(folder, data[1:])
            with OnlyShapes():
                reply = network(Frame({"sources": [], "outputs": 10}), context)
            TypeAdapter(NetworkPayload).validate_python(written(reply))
        elif data[0] % 3 == 1:
            reply = training(Frame(dict(ASKED)), examined(folder, data[1:]))
            TypeAdapter(TrainingPayload).validate_python(written(reply)["payload"])
        else:
            context = spooled(folder, data[1:])
            with OnlyShapes():
                reply = inspect_networks(Frame({"path": "a.py", "sources": []}), context)
            TypeAdapter(FileInspection).validate_python(written(reply))


def mutated(data: bytes, most: int, seed: int) -> bytes:
    """Another frame: three times in four a change inside its JSON, else a change of bytes."""
    chance = random.Random(seed)
    if len(data) > 1 and chance.random() < 0.75:
        try:
            frame = read_frame(io.BytesIO(data[1:]))
            stream = io.BytesIO()
            write_frame(stream, Frame(_changed(frame.message, chance), frame.blobs))
        except (FrameError, ValueError, TypeError, RecursionError):
            return bytes(atheris.Mutate(data, most))
        if stream.tell() < most:
            return bytes([data[0] if chance.random() < 0.9 else chance.randrange(3)]) + stream.getvalue()
    return bytes(atheris.Mutate(data, most))


def _changed(message: Any, chance: random.Random) -> Any:
    changed = copy.deepcopy(dict(message))
    for _ in range(chance.randint(1, 3)):
        *way, last = chance.choice(places(changed))
        holder: Any = changed
        for key in way:
            holder = holder[key]
        match chance.randrange(6):
            case 0 if isinstance(holder, list):
                holder.insert(last, copy.deepcopy(holder[last]))
            case 1 if len(holder) > 1:
                del holder[last]
            case 2 if isinstance(holder[last], str):
                holder[last] = chance.choice((*_TEXTS, chance.choice(_OPERATORS)))
            case 3 if isinstance(holder[last], int):
                holder[last] += chance.choice((-1, 1, 2, 10))
            case _:
                holder[last] = copy.deepcopy(chance.choice((*_NUMBERS, *_TEXTS, *_OBJECTS)))
    return changed


def _seeds() -> list[bytes]:
    """An honest frame for each handler."""
    inspection = {"schema": INSPECTION_SCHEMA, "problems": [], "parts": [], "networks": []}
    found = []
    for first, frame in ((0, HONEST), (1, HONEST), (2, Frame(inspection))):
        stream = io.BytesIO()
        write_frame(stream, frame)
        found.append(bytes([first]) + stream.getvalue())
    return found


def main(seconds: int) -> None:
    """Fuzz for so long; libFuzzer ends the process, with code 0 when everything was answered."""
    with tempfile.TemporaryDirectory() as corpus:
        for number, seed in enumerate(_seeds()):
            Path(corpus, str(number)).write_bytes(seed)
        arguments = [sys.argv[0], corpus, f"-max_total_time={seconds}", f"-max_len={_MOST_BYTES}", "-rss_limit_mb=8192"]
        atheris.Setup([*arguments, "-timeout=60"], answer, custom_mutator=mutated)
        atheris.Fuzz()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 300)
