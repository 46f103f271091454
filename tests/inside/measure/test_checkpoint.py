"""Files of weights: state dicts and safetensors of this network are read, and nothing else."""

from __future__ import annotations

import io
import json
import pickle
import struct
import zipfile
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save
from torch import nn

from grader.inside.measure.checkpoint import CheckpointDiffers, with_checkpoint
from grader.inside.measure.checkpoint_look import CheckpointRefused, as_file
from grader.inside.measure.dryrun import dry_run
from grader.inside.measure.graph import Graph
from grader.inside.measure.weights import Tensors, load_tensors
from tests.inside.measure.taping import crossed, recording_of


def network() -> nn.Module:
    """Parameters, statistics, a counter, and a bias that starts at zero."""
    return nn.Sequential(nn.Conv2d(1, 3, 3), nn.BatchNorm2d(3), nn.Flatten(), nn.Linear(108, 10)).eval()


def lively(seed: int = 0) -> nn.Module:
    """The same with other numbers everywhere."""
    made = network()
    chance = torch.Generator().manual_seed(seed)
    for tensor in (*made.parameters(), *made.buffers()):
        if tensor.is_floating_point():
            nn.init.uniform_(tensor.data, 0.1, 0.9, generator=chance)
    return made


RECORDING = recording_of(network(), (4, 1, 8, 8), weights="u")
GRAPH: Graph = dry_run(crossed(RECORDING.tape))
STATE = lively().state_dict()


def own() -> Tensors:
    """The network's tensors before the file is read."""
    return load_tensors(GRAPH, RECORDING.blobs)


def read(data: bytes, folder: Path) -> dict[str, torch.Tensor]:
    """The network's tensors by name, after a file with these bytes was put in."""
    filled = with_checkpoint(GRAPH, own(), as_file(data, folder))
    return {tensor.names[0]: filled[tensor.id] for tensor in GRAPH.tape.tensors if tensor.names}


def saved(value: Any, **options: Any) -> bytes:
    """What torch.save writes."""
    stream = io.BytesIO()
    torch.save(value, stream, **options)
    return stream.getvalue()


def same(found: dict[str, torch.Tensor], wanted: dict[str, torch.Tensor] = STATE) -> bool:
    """Every tensor of the network is that of the state dict."""
    return all(torch.equal(found[name], wanted[name]) for name in found) and bool(found)


WAYS: dict[str, Callable[[], bytes]] = {
    "state_dict": lambda: saved(STATE),
    "parameters_alone": lambda: saved(dict(lively().named_parameters()) | dict(lively().named_buffers())),
    "beside_an_optimizer": lambda: saved({"epoch": 3, "model_state_dict": STATE, "optimizer": {"lr": 0.1}}),
    "lightning": lambda: saved({"state_dict": {f"model.{name}": tensor for name, tensor in STATE.items()}}),
    "data_parallel": lambda: saved({f"module.{name}": tensor for name, tensor in STATE.items()}),
    "compiled_and_parallel": lambda: saved({f"module._orig_mod.{name}": tensor for name, tensor in STATE.items()}),
    "channels_last": lambda: saved(lively().to(memory_format=torch.channels_last).state_dict()),  # type: ignore[call-overload]
    "views_of_one_storage": lambda: saved(sliced()),
    "safetensors": lambda: save(dict(STATE)),
}


def sliced() -> dict[str, torch.Tensor]:
    """Every floating tensor a part of one long one."""
    flat = torch.cat([tensor.flatten().float() for tensor in STATE.values()])
    pieces = flat.split([tensor.numel() for tensor in STATE.values()])
    parts = zip(STATE.items(), pieces, strict=True)
    return {name: part.view(tensor.shape) if tensor.is_floating_point() else tensor for (name, tensor), part in parts}


@pytest.mark.parametrize("way", WAYS)
def test_weights_are_read_as_people_save_them(way: str, tmp_path: Path) -> None:
    """Bit for bit, however they are wrapped."""
    assert same(read(WAYS[way](), tmp_path))


def test_half_precision_is_widened(tmp_path: Path) -> None:
    """Weights that were saved as float16 are put in as the network's own type."""
    half = {name: tensor.half() if tensor.is_floating_point() else tensor for name, tensor in STATE.items()}
    wide = {name: tensor.float() if tensor.is_floating_point() else tensor for name, tensor in half.items()}
    found = read(saved(half), tmp_path)
    assert same(found, wide)
    assert found["0.weight"].dtype == torch.float32


def test_counter_of_batch_norm_may_be_missing(tmp_path: Path) -> None:
    """Old files have none, and no evaluation reads it."""
    found = read(saved({name: tensor for name, tensor in STATE.items() if "num_batches" not in name}), tmp_path)
    assert same({name: tensor for name, tensor in found.items() if "num_batches" not in name})


def without(name: str) -> dict[str, torch.Tensor]:
    """The state dict with one tensor missing."""
    return {other: tensor for other, tensor in STATE.items() if other != name}


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (
            {**STATE, "3.weight": torch.zeros(10, 100)},
            "3.weight is [10, 100] in the file and [10, 108]",
        ),
        (without("0.bias"), "0.bias is not in the file"),
        ({**STATE, "7.weight": torch.zeros(1)}, "7.weight is in the file, and your network has no such tensor"),
        ({**STATE, "0.bias": torch.zeros(3, dtype=torch.int64)}, "0.bias has another type"),
        (nn.Linear(2, 2).state_dict(), "0.weight is not in the file"),
    ],
)
@pytest.mark.parametrize("form", ["torch", "safetensors"])
def test_weights_of_another_network_are_named(state: Any, words: str, form: str, tmp_path: Path) -> None:
    """The first tensor that differs, with both shapes."""
    with pytest.raises(CheckpointDiffers) as caught:
        read(saved(state) if form == "torch" else save(dict(state)), tmp_path)
    assert words in str(caught.value)


def test_endless_view_of_one_number_is_not_copied(tmp_path: Path) -> None:
    """A petabyte by its shape, four bytes in the file."""
    with pytest.raises(CheckpointDiffers, match="1048576, 1073741824"):
        read(saved({**STATE, "3.weight": torch.zeros(1).expand(1 << 20, 1 << 30)}), tmp_path)


class Runs:
    """Unpickling it makes a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.path,)


@pytest.mark.parametrize("form", ["whole", "in_state_dict", "old", "bare"])
def test_code_in_a_file_never_runs(form: str, tmp_path: Path) -> None:
    """Whatever would run when it is loaded is refused, and said to be no weights."""
    mark = tmp_path / "ran"
    made = {
        "whole": lambda: saved(Runs(mark)),
        "in_state_dict": lambda: saved({**STATE, "0.bias": Runs(mark)}),
        "old": lambda: saved({**STATE, "0.bias": Runs(mark)}, _use_new_zipfile_serialization=False),
        "bare": lambda: pickle.dumps(Runs(mark)),
    }[form]()
    with pytest.raises(CheckpointRefused) as caught:
        read(made, tmp_path)
    assert "runs code" in str(caught.value) or "bare pickle" in str(caught.value)
    assert not mark.exists()


def test_whole_network_is_refused(tmp_path: Path) -> None:
    """torch.save(model) keeps the class by its name, and loading it imports that."""
    with pytest.raises(CheckpointRefused, match="a whole object instead of its weights"):
        read(saved(network()), tmp_path)


def zipped(entries: dict[str, bytes], *, compression: int = zipfile.ZIP_STORED) -> bytes:
    """An archive with these entries."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return stream.getvalue()


def entries_of(data: bytes) -> dict[str, bytes]:
    """All entries of an archive."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


class Storage:
    """Stands for a storage while a pickle is written by hand."""

    def __init__(self, numel: int) -> None:
        self.numel = numel


class Tensor:
    """Stands for a tensor with sizes of our choice."""

    def __init__(self, numel: int, offset: int, shape: tuple[int, ...], strides: tuple[int, ...]) -> None:
        self.numel, self.rest = numel, (offset, shape, strides, False, OrderedDict[str, Any]())

    def __reduce__(self) -> tuple[Any, ...]:
        return torch._utils._rebuild_tensor_v2, (Storage(self.numel), *self.rest)


class Pickler(pickle.Pickler):
    """Writes a storage as torch.save does."""

    def persistent_id(self, obj: Any) -> Any:
        return ("storage", torch.FloatStorage, "0", "cpu", obj.numel) if isinstance(obj, Storage) else None


def test_exported_program_is_refused(tmp_path: Path) -> None:
    """A .pt2 archive holds a graph, and pickles that nobody opens."""
    mark = tmp_path / "ran"
    entries = {"archive/models/model.json": b"{}", "archive/data/weights/weight_0": pickle.dumps(Runs(mark))}
    with pytest.raises(CheckpointRefused, match=r"a program of torch\.export"):
        read(zipped(entries), tmp_path)
    assert not mark.exists()


def by_hand(*sizes: Any) -> bytes:
    """A state dict whose 3.bias says of itself what we like; its storage has ten elements."""
    stream = io.BytesIO()
    Pickler(stream, 2).dump({"3.bias": Tensor(*sizes)})
    return zipped({"a/data.pkl": stream.getvalue(), "a/byteorder": b"little", "a/data/0": bytes(40), "a/version": b"3"})


HOSTILE: dict[str, Callable[[], bytes]] = {
    "empty": lambda: b"",
    "text": lambda: b"weights, trust me",
    "hdf5": lambda: b"\x89HDF\r\n\x1a\n" + bytes(100),
    "numpy": lambda: b"\x93NUMPY" + bytes(100),
    "cut": lambda: saved(STATE)[:-300],
    "no_directory": lambda: b"PK\x03\x04" + bytes(100),
    "no_entries": lambda: zipped({}),
    "office": lambda: zipped({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w/>"}),
    "no_description": lambda: zipped({"a/data/0": bytes(40)}),
    "compressed": lambda: zipped(entries_of(saved(STATE)), compression=zipfile.ZIP_DEFLATED),
    "swells": lambda: zipped({"a/data.pkl": b"}.", "a/data/0": bytes(1 << 24)}, compression=zipfile.ZIP_DEFLATED),
    "two_roots": lambda: zipped({"a/data.pkl": b"\x80\x02}.", "b/data.pkl": b"\x80\x02}."}),
    "torchscript": lambda: zipped({**entries_of(saved(STATE)), "archive/code/__torch__.py": b"pass"}),
    "more_bytes_than_there_are": lambda: by_hand(1 << 40, 0, (1 << 30,), (1,)),
    "beyond_its_storage": lambda: by_hand(10, 1 << 20, (10,), (1,)),
    "before_its_storage": lambda: by_hand(10, -4, (10,), (1,)),
    "negative": lambda: by_hand(10, 0, (-10,), (1,)),
    "backwards": lambda: by_hand(10, 9, (10,), (-1,)),
    "deep": lambda: zipped({"a/data.pkl": b"\x80\x02" + b"(" * 100_000 + b"."}),
    "memo": lambda: zipped({"a/data.pkl": b"\x80\x02}r\xff\xff\xff\xff."}),
    "list": lambda: saved([torch.zeros(3)]),
    "number": lambda: saved(3),
    "empty_dict": lambda: saved({}),
    "sparse": lambda: saved({**STATE, "3.weight": torch.zeros(10, 108).to_sparse()}),
    "meta": lambda: saved({**STATE, "3.bias": torch.zeros(10, device="meta")}),
    "one_number_for_all": lambda: saved({**STATE, "3.weight": torch.zeros(1).expand(10, 108)}),
    "overlapping": lambda: saved({**STATE, "3.weight": torch.zeros(2000).as_strided((10, 108), (1, 1))}),
    "header_too_long": lambda: struct.pack("<Q", 1 << 62) + b"{}",
    "header_no_json": lambda: struct.pack("<Q", 4) + b"{{{{",
    "header_deep": lambda: struct.pack("<Q", 200_000) + b'{"a":' * 40_000,
    "header_lies": lambda: safetensors({"3.bias": {"dtype": "F32", "shape": [10], "data_offsets": [0, 1 << 43]}}, 40),
    "header_backwards": lambda: safetensors({"3.bias": {"dtype": "F32", "shape": [10], "data_offsets": [40, 0]}}, 40),
    "header_overlaps": lambda: safetensors(
        {name: {"dtype": "F32", "shape": [10], "data_offsets": [0, 40]} for name in ("3.bias", "4.bias")}, 40
    ),
    "header_other_size": lambda: safetensors({"3.bias": {"dtype": "F32", "shape": [9], "data_offsets": [0, 40]}}, 40),
    "header_odd_type": lambda: safetensors({"3.bias": {"dtype": "F4", "shape": [10], "data_offsets": [0, 5]}}, 5),
    "header_no_places": lambda: safetensors({"3.bias": {"dtype": "F32", "shape": [10]}}, 40),
    "header_list": lambda: safetensors([1, 2], 40),
}


def safetensors(header: Any, size: int) -> bytes:
    """A file with this header and so many bytes behind it."""
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + bytes(size)


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_file_is_refused(kind: str, tmp_path: Path) -> None:
    """With one sentence of words, before anything large is made of it."""
    with pytest.raises((CheckpointRefused, CheckpointDiffers)) as caught:
        read(HOSTILE[kind](), tmp_path)
    assert str(caught.value).isprintable()
    assert 10 < len(str(caught.value)) < 200


def test_entries_that_share_their_bytes_are_refused(tmp_path: Path) -> None:
    """Two entries of the directory at one place are a way to swell without compression."""
    data = zipped({"a/data.pkl": b"\x80\x02}.", "a/data/0": bytes(40), "a/data/1": bytes(40)})
    first, second = (data.index(name, data.index(b"PK\x01\x02")) for name in (b"a/data/0", b"a/data/1"))
    place = slice(first - 4, first)
    forged = bytearray(data)
    forged[second - 4 : second] = forged[place]
    with pytest.raises(CheckpointRefused, match="overlap|damaged"):
        read(bytes(forged), tmp_path)
