"""Every idiom that students write in forward is read back, and replayed to the bit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
import torch
from torch import nn
from torchvision import models

from grader.domain.reason import Reason
from grader.inside.measure.counting import macs_of
from grader.inside.measure.dryrun import dry_run
from grader.inside.measure.operators import ALLOWED, find_operator
from grader.inside.measure.refused import Refused
from grader.inside.measure.replay import logits_of
from grader.inside.measure.weights import load_tensors
from tests.inside.measure.idioms import LAYERS, SHAPES, VALUES, Idiom
from tests.inside.measure.oracles import flop_counter
from tests.inside.measure.taping import crossed, graph_of, recording_of

BATCH = 4
IMAGES = torch.randint(0, 256, (BATCH, 4, 8, 8), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))


class Doing(nn.Module):
    """A network that does nothing but one idiom."""

    def __init__(self, idiom: Idiom) -> None:
        super().__init__()
        self.idiom = idiom

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.idiom(x)


@pytest.mark.parametrize(
    ("idiom"), [pytest.param(idiom, id=name) for name, idiom in {**SHAPES, **VALUES, **LAYERS}.items()]
)
def test_idiom_is_replayed_to_the_bit(idiom: Idiom) -> None:
    """The tape's result on other images than it was taped on is that of the code itself."""
    network = Doing(idiom)
    recording = recording_of(network.eval(), IMAGES.shape, weights="w")
    graph = dry_run(crossed(recording.tape))
    ours = logits_of(graph, load_tensors(graph, recording.blobs), IMAGES, seed=0)
    with torch.no_grad():
        given = torch.zeros(IMAGES.shape)
        given[:] = IMAGES
        wanted = network(given / 255)
    # Attention is taped unfused, which rounds otherwise.
    loose = 1e-6 if idiom is LAYERS["attention"] else 0
    torch.testing.assert_close(ours, wanted.flatten(1).float(), rtol=0, atol=loose)


@pytest.mark.parametrize(
    "idiom",
    [
        pytest.param(lambda x: x[x > 0.5], id="boolean_index"),
        pytest.param(lambda x: torch.nonzero(x > 0.5), id="nonzero"),
        pytest.param(lambda x: torch.as_strided(x, (2, 2), (1, 2)), id="as_strided"),
        pytest.param(lambda x: torch.unique(x), id="unique"),
        pytest.param(lambda x: torch.linalg.inv(x + torch.eye(8)), id="inverse"),
    ],
)
def test_shapes_that_hang_on_values_and_memory_by_strides_are_refused(idiom: Idiom) -> None:
    """Such a network is not replayed; the operator is named with the student's place."""
    with pytest.raises(Refused) as refusal:
        graph_of(Doing(idiom), IMAGES.shape)
    assert refusal.value.problem.reason == Reason.OPERATOR_REFUSED
    assert str(refusal.value.problem.facts["op"]).startswith("aten.")


def test_every_allowed_operator_is_known_to_this_torch() -> None:
    """A misspelt name would allow nothing, and an operator taken apart before the tape would never be seen."""
    assert [name for name in sorted(ALLOWED) if find_operator(name) is None] == []
    dispatch: Any = torch._C
    apart = [
        name
        for name in sorted(ALLOWED)
        if (operator := find_operator(name)) is not None
        and dispatch._dispatch_has_kernel_for_dispatch_key(operator.overload.name(), "CompositeImplicitAutograd")
    ]
    assert apart == []


FAMILIES: Mapping[str, tuple[int, ...]] = {
    "convnext_tiny": (1, 3, 64, 64), "mobilenet_v3_small": (1, 3, 64, 64), "shufflenet_v2_x0_5": (1, 3, 64, 64),
    "squeezenet1_1": (1, 3, 64, 64), "mnasnet0_5": (1, 3, 64, 64), "swin_t": (1, 3, 64, 64),
    "swin_v2_t": (1, 3, 64, 64), "vit_b_32": (1, 3, 224, 224), "maxvit_t": (1, 3, 224, 224),
    "inception_v3": (1, 3, 96, 96), "resnext50_32x4d": (1, 3, 64, 64), "regnet_y_400mf": (1, 3, 64, 64),
}  # fmt: skip


@pytest.mark.parametrize("name", FAMILIES)
def test_families_of_torchvision_are_read(name: str) -> None:
    """All kinds of classification networks pass the reader; multiply-adds are half of torch's own count."""

    more = {"init_weights": False} if name == "inception_v3" else {}
    # RegNet computes with values while it is built, which the meta device does not have.
    with torch.device("cpu" if name == "regnet_y_400mf" else "meta"):
        network = models.get_model(name, weights=None, **more).eval()
        graph = graph_of(network, FAMILIES[name])
        torch.backends.mha.set_fastpath_enabled(False)
        try:
            wanted = flop_counter(network, torch.empty(FAMILIES[name]))
        finally:
            torch.backends.mha.set_fastpath_enabled(True)
    assert 2 * sum(map(macs_of, graph.steps)) == wanted
