"""The named networks of homework 4, their totals, and how a network is recognised."""

from __future__ import annotations

import tomllib

import pytest

from grader.bundled import bundled
from grader.claims.architectures import Architecture, Difference, called, identify, read_architectures
from tests.hw4_evidence import LECTURE, network, with_192_as

EXPECTED = tomllib.loads((bundled("assignments") / "hw4" / "expected.toml").read_text("utf-8"))["q2"]
KNOWN = {each.name: each for each in read_architectures(EXPECTED)}

TOTALS = {
    # As thop, torchvision and Keras print them for networks built from the same sizes.
    "lecture-192": (45_442_856, 698_533_568),
    "lecture-196": (45_463_084, 705_535_424),
    "torchvision": (61_100_840, 714_188_480),
    "keras-96": (62_378_344, 1_135_256_096),
    "keras-96-unpadded": (50_844_008, 1_009_945_728),
}


@pytest.mark.parametrize(("name", "totals"), TOTALS.items())
def test_sizes_give_the_totals_that_tools_print(name: str, totals: tuple[int, int]) -> None:
    """The sizes in expected.toml come to the published parameters and multiply-adds."""
    assert (KNOWN[name].params, KNOWN[name].macs(EXPECTED["input_shape"])) == totals


def test_every_named_network_is_in_this_table() -> None:
    """A network that is added to expected.toml needs a total from elsewhere."""
    assert set(KNOWN) == set(TOTALS)


def test_linear_layers_take_what_the_convolutions_leave() -> None:
    """The first linear layer of each network is as wide as the map that reaches it."""
    for each in KNOWN.values():
        rows = dict(zip([layer.name for layer in each.layers], each.rows(EXPECTED["input_shape"]), strict=True))
        channels, height, width = rows["conv5"].output_shape
        pooled = ((height - 3) // 2 + 1) * ((width - 3) // 2 + 1) * channels
        assert next(layer.fc for layer in each.layers if layer.fc)[0] == pooled  # type: ignore[index]


def test_measured_networks_are_recognised() -> None:
    """Sizes worked out elsewhere are found under their name, the reference first."""
    assert next(iter(KNOWN)) == EXPECTED["reference"]
    for channels in (192, 196):
        found = identify(network(with_192_as(channels)), tuple(KNOWN.values()))
        assert isinstance(found, Architecture) and found.name == f"lecture-{channels}"


def test_nearest_network_is_the_one_with_fewest_other_layers() -> None:
    """torchvision with another last layer is nearest to torchvision, and that layer is named."""
    sizes = (*LECTURE[:-2], ("fc", 4096, 4096), ("fc", 4096, 10))
    found = identify(network(sizes), tuple(KNOWN.values()))
    assert isinstance(found, Difference)
    assert (found.nearest.name, found.layer, found.own, found.reference) == (
        "torchvision",
        "fc3",
        "Linear(4096, 10)",
        "Linear(4096, 1000)",
    )


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("lecture", "lecture-192"),
        ("Lecture 196", "lecture-196"),
        ("TorchVision", "torchvision"),
        ("keras", "keras-96"),
        ("", None),
        ("VGG", None),
    ],
)
def test_students_words_name_a_network(text: str, name: str | None) -> None:
    """A network is called by its name, title or an alias, in any case."""
    found = called(text, tuple(KNOWN.values()))
    assert (found.name if found else None) == name
