"""Guesses which input a network was written for: from what its file says, then from its first layer."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import isqrt, prod

from torch import nn

from grader.inside.student import anatomy

Shape = tuple[int, ...]

MOST_SHAPES = 24

_MAKERS = frozenset({"randn", "rand", "zeros", "ones", "empty", "randint", "full"})
_SUMMARIES = frozenset({"summary", "profile", "get_model_complexity_info", "torchsummary", "stats"})
_SHAPE_NAMES = frozenset({"input_size", "input_shape", "in_shape", "img_shape", "image_shape", "size", "input_dims"})
_CROPS = frozenset({"CenterCrop", "RandomCrop", "RandomResizedCrop"})
_SIDE_NAMES = frozenset({"resize", "img_size", "image_size", "crop_size", "input_resolution"})
_DATA_SETS = (("mnist", (1, 28, 28)), ("cifar", (3, 32, 32)), ("svhn", (3, 32, 32)), ("imagenet", (3, 224, 224)))

_GREY = (28, 32, 224, 227, 64, 96, 128, 256)
_COLOUR = (224, 32, 227, 64, 299, 96, 128, 256, 28, 112, 48)
_OTHER = (32, 28, 56, 224, 16, 8)
_FLAT = ((1, 28, 28), (3, 32, 32), (1, 32, 32), (3, 224, 224), (3, 64, 64), (1, 8, 8), (3, 28, 28), (1, 64, 64))
_LATENT = (1, 4, 7, 8)
_MOST_SIDE = 1024
_LENGTHS = (128, 784, 1024, 16000)
_TEXTS = (16, 32, 128, 50, 64, 100, 256, 512)
"""Usual lengths of a text, in words."""
_WORD = re.compile(r"[\w./ -]{1,40}")


@dataclass(frozen=True)
class Hints:
    """What a file says about its images: whole shapes, sides of squares, and data sets, each the most telling first."""

    shapes: tuple[Shape, ...] = ()
    sides: tuple[int, ...] = ()
    data: tuple[Shape, ...] = ()


def read_hints(tree: ast.AST | None) -> Hints:
    """Shapes of example tensors and summaries; crops, resizes and data sets."""
    if tree is None:
        return Hints()
    shapes: list[Shape] = []
    crops: list[int] = []
    sizes: list[int] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = _called(node)
            shapes += _shapes_in(node, name)
            crops += _sides_in(node) if name in _CROPS else []
            sizes += _sides_in(node) if name == "Resize" else []
            sizes += [side for word in node.keywords if word.arg in _SIDE_NAMES for side in _whole(word.value)]
    named = " ".join(sorted({word.lower() for word in _words(tree)}))
    known = tuple(shape for name, shape in _DATA_SETS if name in named)
    sides = [side for side in (*crops, *sizes) if 1 < side <= _MOST_SIDE]
    return Hints(tuple(dict.fromkeys(shapes)), tuple(dict.fromkeys(sides)), known)


def shapes_for(network: nn.Module, hints: Hints) -> list[Shape]:
    """Inputs to try, without the batch axis, the likeliest first."""
    kind, channels = _first_layer(network)
    guesses: dict[str, list[Shape]] = {
        "conv1d": [(channels, length) for length in _LENGTHS],
        "conv2d": _images(channels, hints),
        "latent": [(channels, side, side) for side in _LATENT],
        "conv3d": [(channels, 16, 112, 112), (channels, 8, 32, 32)],
        "linear": [*(shape for shape in _FLAT if prod(shape) == channels), *_square(channels), (channels,)],
        "recurrent": [(28, channels), (channels,)],
        "embedding": [*((length,) for length in _TEXTS), *_any_images(hints)],
    }
    found = guesses.get(kind) or _any_images(hints)
    told = [shape for shape in hints.shapes if _fits(shape, kind, channels)]
    return list(dict.fromkeys([*told, *found]))[:MOST_SHAPES]


def vocabulary_of(network: nn.Module, shape: Shape) -> int | None:
    """How many words the network knows whose first layer looks a text of this shape up; None for images."""
    kind, words = _first_layer(network)
    return words if kind == "embedding" and len(shape) == 1 else None


def _images(channels: int, hints: Hints) -> list[Shape]:
    usual = {1: _GREY, 3: _COLOUR}.get(channels, _OTHER)
    known = [shape[1] for shape in hints.data if shape[0] == channels]
    return [(channels, side, side) for side in dict.fromkeys((*hints.sides, *known, *usual))]


def _any_images(hints: Hints) -> list[Shape]:
    """For a network whose layers do not say what they want."""
    sized = [(channels, side, side) for side in hints.sides for channels in (3, 1)]
    return [*hints.data, *sized, (3, 224, 224), (3, 32, 32), (1, 28, 28)]


def _fits(shape: Shape, kind: str, channels: int) -> bool:
    if kind in ("conv2d", "latent"):
        return len(shape) == 3 and shape[0] == channels  # noqa: PLR2004
    if kind == "embedding":
        return len(shape) == 1
    if kind == "linear":
        return prod(shape) == channels or shape[-1] == channels
    return kind == "other" or shape[0] == channels


def _first_layer(network: nn.Module) -> tuple[str, int]:
    """Kind and input width of the first layer with weights, in the order of registration."""
    for _, module in anatomy.modules_of(network):
        values = module.__dict__
        for kinds, name, key in (
            (nn.modules.conv._ConvNd, "", "in_channels"),
            (nn.Linear, "linear", "in_features"),
            (nn.RNNBase, "recurrent", "input_size"),
            (nn.Embedding, "embedding", "num_embeddings"),
        ):
            width = values.get(key)
            if isinstance(module, kinds) and type(width) is int and width > 0:
                if isinstance(module, nn.ConvTranspose2d):
                    return "latent", width
                return name or f"conv{len(values.get('kernel_size', ())) or 2}d", width
    return "other", 0


def _square(features: int) -> list[Shape]:
    """A flat input may be one grey or colour image."""
    found: list[Shape] = []
    for channels in (1, 3):
        side = isqrt(features // channels)
        if features % channels == 0 and channels * side * side == features and side > 1:
            found.append((channels, side, side))
    return found


def _called(node: ast.Call) -> str:
    function = node.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _shapes_in(node: ast.Call, name: str) -> Iterator[Shape]:
    if name in _MAKERS:
        yield from _without_batch([argument for argument in node.args if _whole(argument)] or node.args[:1])
    if name in _SUMMARIES:
        for argument in node.args:
            if isinstance(argument, ast.Tuple | ast.List):
                yield from _without_batch([argument], batch=False)
    for word in node.keywords:
        if word.arg in _SHAPE_NAMES and isinstance(word.value, ast.Tuple | ast.List):
            yield from _without_batch([word.value], batch=False)


def _without_batch(arguments: Iterable[ast.expr], *, batch: bool = True) -> Iterator[Shape]:
    """Four sizes are a batch of images; of three, the first is the batch only where one is usual."""
    sizes = tuple(size for argument in arguments for size in _whole(argument))
    if any(size < 1 or size > 65_536 for size in sizes):  # noqa: PLR2004
        return
    if len(sizes) == 4:  # noqa: PLR2004
        yield sizes[1:]
    elif len(sizes) == 3:  # noqa: PLR2004
        yield sizes
    elif len(sizes) == 2 and batch:  # noqa: PLR2004
        yield sizes[1:]


def _sides_in(node: ast.Call) -> list[int]:
    given = [*node.args[:1], *(word.value for word in node.keywords if word.arg == "size")]
    return [side for argument in given[:1] for side in _whole(argument)[:1]]


def _whole(node: ast.expr) -> list[int]:
    """The whole numbers that an expression spells out; nothing when it is anything else."""
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, int) and not isinstance(node.value, bool) else []
    if isinstance(node, ast.Tuple | ast.List):
        parts = [_whole(part) for part in node.elts]
        return [part[0] for part in parts] if all(len(part) == 1 for part in parts) else []
    return []


def _words(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and _WORD.fullmatch(node.value):
            yield node.value
