"""The lectures' networks: they run, their files say their sizes, and formula, measurement and library agree."""

from __future__ import annotations

from importlib import import_module
from math import prod

import pytest
import torch
from torch import nn

from grader.formulas import conv_macs, conv_output, conv_params, linear_macs, linear_params
from grader.reference_models import load_reference_models
from reference.counting import Call, calls_of, count_macs, count_params, forward, on_meta
from reference.facts import load_facts
from reference.models.catalogue import CATALOGUE, LECTURES, Entry, find_entry
from reference.models.mobilenet import MobileNet
from reference.models.vgg import VGG

ENTRIES = [pytest.param(entry, id=entry.slug) for entry in CATALOGUE.values()]
OURS = [pytest.param(entry, id=entry.slug) for entry in LECTURES]
# Counted by reference/write_models_table.py; test_written_files.py counts again.
SIZES = {model.slug: model for model in load_reference_models()}
TWINS = (
    ("alexnet-001", "alexnet"),
    ("vgg-a", "vgg11"),
    ("vgg-b", "vgg13"),
    ("vgg16", "vgg16"),
    ("vgg19", "vgg19"),
    ("resnet18", "resnet18"),
    ("resnet34", "resnet34"),
    ("resnet50-v1.5", "resnet50"),
    ("resnext50", "resnext50_32x4d"),
    ("wide-resnet50", "wide_resnet50_2"),
    ("densenet121", "densenet121"),
    ("densenet161", "densenet161"),
    *((f"efficientnet-b{n}", f"efficientnet_b{n}") for n in range(8)),
)


def by_formula(call: Call) -> tuple[tuple[int, ...], int, int]:
    """Output, parameters and MACs of a convolution or linear layer, calculated by hand from its arguments."""
    layer = call.module
    bias = getattr(layer, "bias", None) is not None
    if isinstance(layer, nn.Linear):
        outputs = (*call.input_shape[:-1], layer.out_features)
        uses = prod(call.input_shape[:-1])
        params = linear_params(layer.in_features, layer.out_features, bias=bias)
        return outputs, params, linear_macs(layer.in_features, layer.out_features) * uses
    assert isinstance(layer, nn.Conv2d) and isinstance(layer.padding, tuple)
    windows = zip(call.input_shape[1:], layer.kernel_size, layer.stride, layer.padding, strict=True)
    places = tuple(conv_output(size, k, stride=s, padding=p) for size, k, s, p in windows)
    widths = (layer.in_channels, layer.out_channels)
    return (
        (layer.out_channels, *places),
        conv_params(*widths, layer.kernel_size, groups=layer.groups, bias=bias),
        conv_macs(*widths, layer.kernel_size, places, groups=layer.groups),
    )


@pytest.mark.parametrize("entry", ENTRIES)
def test_hand_formulas_add_up_to_what_is_measured(entry: Entry) -> None:
    """Layer by layer the formulas give the measured sizes, and their sum is what torch counts."""
    network = entry.network()
    layers = [c for c in calls_of(network, entry.input_shape) if isinstance(c.module, nn.Conv2d | nn.Linear)]
    formulas = [by_formula(call) for call in layers]
    assert [(call.output_shape, call.params) for call in layers] == [found[:2] for found in formulas]
    assert sum(macs for _, _, macs in formulas) == count_macs(network, entry.input_shape)


@pytest.mark.parametrize("entry", OURS)
def test_file_says_the_size_of_its_network(entry: Entry) -> None:
    """The docstring of the network's file has its parameters and its MACs; one for other images is left out."""
    text = import_module(f"reference.models.{entry.build.split(':')[0]}").__doc__ or ""
    if entry.slug != "resnet18-mnist":
        assert f"{SIZES[entry.slug].params:,}" in text
        assert f"{SIZES[entry.slug].macs:,}" in text


@pytest.mark.parametrize(("slug", "name"), TWINS)
def test_network_is_the_size_of_the_librarys(slug: str, name: str) -> None:
    """Our networks and torchvision's of the same name have the same parameters and MACs."""
    entry = find_entry(slug)
    library = on_meta(getattr(import_module("torchvision.models"), name), weights=None)
    assert SIZES[slug].params == count_params(library)
    assert SIZES[slug].macs == count_macs(library, entry.input_shape)


@pytest.mark.parametrize("slug", ["lenet", "vgg-cifar", "nin", "resnet18-cifar", "googlenet-classifier", "ciresan"])
def test_small_network_gives_ten_finite_scores_for_each_image(slug: str) -> None:
    """With real weights, two images come out as two rows of ten numbers."""
    entry = find_entry(slug)
    module, name = entry.build.split(":")
    network = getattr(import_module(f"reference.models.{module}"), name)().eval()
    with torch.no_grad():
        scores = network(torch.rand(2, *entry.input_shape, generator=torch.Generator().manual_seed(1)))
    scores = scores[0] if isinstance(scores, tuple) else scores
    assert scores.shape == (2, 10)
    assert scores.isfinite().all()


def test_catalogue_names_every_network_once() -> None:
    """Slugs and titles are different, and every fact that an entry names exists."""
    entries = list(CATALOGUE.values())
    assert len({entry.title for entry in entries}) == len(entries) == len({entry.slug for entry in entries})
    assert {entry.fact for entry in entries if entry.fact} <= load_facts().by_id.keys()


def test_unknown_network_is_named_with_those_that_exist() -> None:
    """A misspelt slug says what there is."""
    with pytest.raises(KeyError, match='no network "resnet".*resnet18'):
        find_entry("resnet")


def test_slips_of_the_slides_give_the_numbers_that_the_errata_name() -> None:
    """Built as printed: MobileNet's last stride, VGG16's 3x2 kernel, the separable form without groups."""
    assert count_macs(on_meta(MobileNet, last_stride=2), (3, 224, 224)) == 533_833_216
    network = on_meta(VGG)
    network.features[5] = nn.Conv2d(64, 128, (3, 2), padding="same", device="meta")
    assert count_params(network) == 138_332_968
    as_printed = nn.Sequential(nn.Conv2d(64, 64, 3, 3), nn.Conv2d(64, 256, 1, 1))
    assert count_params(as_printed) == 53_568


def test_counting_sees_a_layer_that_is_called_twice() -> None:
    """Two calls of one layer are two rows and twice the MACs, and its parameters count once."""
    layer = nn.Conv2d(4, 4, 3, padding=1, bias=False)
    network = nn.Sequential(layer, layer).to("meta")
    assert [call.kind for call in calls_of(network, (4, 8, 8))] == ["Sequential", "Conv2d", "Conv2d"]
    assert count_params(network) == 144
    assert count_macs(network, (4, 8, 8)) == 2 * 144 * 64


def test_counting_leaves_no_hook_behind_when_a_network_fails() -> None:
    """A network that refuses its image is as it was before."""
    network = find_entry("lenet").network()
    with pytest.raises(RuntimeError):
        calls_of(network, (1, 32, 32))
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in network.modules())
    assert forward(network, (1, 28, 28)).shape == (1, 10)
