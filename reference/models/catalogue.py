"""Every network of the lectures by a short name, with its input and where a lecture shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from torch import nn

from reference.counting import on_meta

IMAGENET = (3, 224, 224)
CIFAR = (3, 32, 32)
MNIST = (1, 28, 28)


@dataclass(frozen=True)
class Entry:
    """One network.

    `build` is "module:function", below reference.models or in torchvision.models. `fact` is the id in
    tests/facts.toml that holds what the lecture prints of the whole network's size, if it prints any.
    """

    slug: str
    title: str
    source: str
    build: str
    input_shape: tuple[int, ...] = IMAGENET
    fact: str = ""
    arguments: Mapping[str, Any] = field(default_factory=dict)

    def network(self, **arguments: Any) -> nn.Module:
        """The network on the meta device, in eval mode; `arguments` go before the entry's own."""
        module, name = self.build.split(":")
        home = "torchvision.models" if module == "torchvision" else f"reference.models.{module}"
        build = getattr(import_module(home), name)
        return on_meta(build, **{**self.arguments, **arguments})


PAPER = {"stride_first": True}
"""The bottleneck of lecture 001's table, which strides in its first convolution."""

LECTURES = (
    Entry("lenet", "LeNet", "lecture 000, LeNet code", "lenet:LeNet", MNIST),
    Entry("lenet-cifar", "LeNet for CIFAR-10", "lecture 003, question 6", "lenet:CifarLeNet", CIFAR),
    Entry("week8", "The simple CNN of week 8", "lecture 003", "lenet:Week8Net", CIFAR),
    Entry("alexnet-192", "AlexNet, 192 channels", "lecture 000, AlexNet code", "alexnet:LectureAlexNet"),
    Entry("alexnet-196", "AlexNet, 196 channels", "report 004", "alexnet:lecture_alexnet_196", fact="004-009"),
    Entry("alexnet-001", "AlexNet, 4096-4096", "lecture 001, PyTorch code", "alexnet:AlexNet"),
    Entry("alexnet-keras", "AlexNet, 96 channels", "lecture 001, Keras code", "alexnet:WideAlexNet"),
    Entry("alexnet-96", "AlexNet, 96 channels, 227", "the paper's sizes", "alexnet:wide_alexnet_227", (3, 227, 227)),
    Entry("alexnet-2012", "AlexNet, two groups", "the paper, 2012", "alexnet:grouped_alexnet_227", (3, 227, 227)),
    Entry("vgg-a", "VGG, configuration A (VGG11)", "lecture 001, table", "vgg:vgg11"),
    Entry("vgg-b", "VGG, configuration B (VGG13)", "lecture 001, table", "vgg:vgg13"),
    Entry("vgg-c", "VGG, configuration C", "lecture 001, table", "vgg:vgg16_1x1"),
    Entry("vgg16", "VGG16, configuration D", "lectures 000, 001, 002", "vgg:vgg16", fact="002-022"),
    Entry("vgg19", "VGG19, configuration E", "lecture 001, table", "vgg:vgg19"),
    Entry("vgg-cifar", "VGG for CIFAR-10", "lecture 002", "vgg:CifarVGG", CIFAR, fact="002-116"),
    Entry("nin", "Network in Network", "lecture 002", "nin:NiN", CIFAR, fact="002-120"),
    Entry("inception", "Inception block 3a", "lecture 002", "googlenet:inception_3a", (192, 28, 28)),
    Entry("googlenet-cifar", "GoogLeNet for CIFAR-10", "lecture 002", "googlenet:CifarGoogLeNet", CIFAR),
    Entry(
        "googlenet-classifier",
        "GoogLeNet with its last layer",
        "lecture 002, mended",
        "googlenet:googlenet_with_classifier",
        CIFAR,
    ),
    Entry("resnet18", "ResNet-18", "lecture 001, table", "resnet:resnet18", fact="001-028"),
    Entry("resnet34", "ResNet-34", "lecture 001, table", "resnet:resnet34", fact="001-029"),
    Entry("resnet50", "ResNet-50", "lecture 001, table", "resnet:resnet50", fact="001-030", arguments=PAPER),
    Entry("resnet101", "ResNet-101", "lecture 001, table", "resnet:resnet101", fact="001-031", arguments=PAPER),
    Entry("resnet152", "ResNet-152", "lecture 001, table", "resnet:resnet152", fact="001-032", arguments=PAPER),
    Entry("resnet50-v1.5", "ResNet-50, stride in the 3x3", "lecture 001, torchvision", "resnet:resnet50"),
    Entry("resnet18-cifar", "ResNet-18 for CIFAR-10", "lecture 002", "resnet:LectureResNet", CIFAR),
    Entry("residual", "Residual block, 64 to 128", "lecture 002", "resnet:lecture_residual", (64, 56, 56)),
    Entry("bottleneck", "Bottleneck, 256-64-256", "lecture 000", "resnet:bottleneck", (256, 56, 56), fact="000-031"),
    Entry("mobilenet", "MobileNet V1", "lecture 000, table 1", "mobilenet:MobileNet", fact="000-038"),
    Entry("mobilenet-regular", "Conv MobileNet", "lecture 000, table 4", "mobilenet:regular_mobilenet", fact="000-040"),
    Entry("separable", "Separable block, 32 to 64", "lecture 000", "separable:separable_block", (32, 112, 112)),
    Entry(
        "regular",
        "Regular 3x3, 32 to 64",
        "lecture 000",
        "separable:regular_block",
        (32, 112, 112),
        fact="000-035",
    ),
    Entry("dense-block", "Dense block, 6 to 22", "lecture 000", "densenet:lecture_block", (6, 32, 32)),
    Entry("densenet121", "DenseNet-121", "lecture 001", "densenet:densenet121"),
    Entry("densenet161", "DenseNet-161", "lecture 001, torchvision", "densenet:densenet161"),
    Entry("hard-block", "HarDBlock, 100 to 240", "lecture 000", "hardnet:lecture_block", (100, 28, 28)),
    Entry("hardnet-39ds", "HarDNet-39DS", "lecture 000", "hardnet:HarDNet39DS"),
    Entry("hardnet-slide", "HarDNet-39DS, the slide's stem", "lecture 000", "hardnet:slide_hardnet"),
    Entry("se-module", "SE module, 64 channels", "lecture 001", "senet:se_module", (64, 56, 56)),
    Entry("senet", "SE-ResNet-50", "lecture 001", "resnet:se_resnet50"),
    Entry("resnext50", "ResNeXt-50 32x4d", "lecture 001", "resnet:resnext50"),
    Entry("wide-resnet50", "Wide ResNet-50-2", "lecture 001, torchvision", "resnet:wide_resnet50"),
    *(
        Entry(
            f"efficientnet-b{n}",
            f"EfficientNet-B{n}",
            "lectures 000, 003" if n == 0 else "lecture 000, compound scaling",
            "efficientnet:efficientnet",
            (3, side, side),
            fact={0: "000-071"}.get(n, ""),
            arguments={"name": f"B{n}"},
        )
        for n, side in enumerate((224, 240, 260, 300, 380, 456, 528, 600))
    ),
    Entry("convnext-block", "ConvNeXt block, 96 channels", "lecture 001", "convnext:convnext_block", (96, 56, 56)),
    Entry("ciresan", "CiresanNet", "report 004", "ciresan:CiresanNet", MNIST),
    Entry("ciresan-residual", "CiresanNet, residual", "report 004", "ciresan:ResidualCiresanNet", MNIST),
    Entry(
        "resnet18-mnist",
        "ResNet-18 for grey digits",
        "report 004",
        "resnet:resnet18",
        MNIST,
        arguments={"in_channels": 1, "outputs": 10},
    ),
)
"""Our own code for what the lectures show."""

TORCHVISION = tuple(
    Entry(
        f"torchvision-{name.replace('_', '-')}",
        f"torchvision's {name}",
        "lecture 001, list of models",
        f"torchvision:{name}",
        (3, 299, 299) if name == "inception_v3" else IMAGENET,
        arguments={"weights": None, **({"init_weights": False} if name in ("googlenet", "inception_v3") else {})},
    )
    for name in (
        "alexnet",
        "vgg16",
        "resnet18",
        "squeezenet1_0",
        "densenet161",
        "inception_v3",
        "googlenet",
        "shufflenet_v2_x1_0",
        "mobilenet_v2",
        "mobilenet_v3_large",
        "mobilenet_v3_small",
        "resnext50_32x4d",
        "wide_resnet50_2",
        "mnasnet1_0",
    )
)
"""The library's own, where the lecture calls it by name."""

CATALOGUE: Mapping[str, Entry] = {entry.slug: entry for entry in (*LECTURES, *TORCHVISION)}


def find_entry(slug: str) -> Entry:
    """The entry of this name; a KeyError names those that exist."""
    if slug not in CATALOGUE:
        raise KeyError(f'no network "{slug}"; there are {", ".join(CATALOGUE)}')
    return CATALOGUE[slug]
