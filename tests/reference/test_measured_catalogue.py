"""The measuring core on the lectures' networks: two halves that were written apart count the same."""

from __future__ import annotations

import pytest
from torch import nn

from grader.domain.measurement import NetworkMeasurement
from grader.inside.measure.measuring import measure_network
from grader.reference_models import load_reference_models
from reference.counting import calls_of
from reference.facts import load_facts
from reference.models.catalogue import CATALOGUE, Entry, find_entry
from tests.inside.measure.taping import graph_of

SIZES = {model.slug: model for model in load_reference_models()}
ENTRIES = [pytest.param(entry, id=entry.slug) for entry in CATALOGUE.values()]


def measured(entry: Entry, network: nn.Module) -> NetworkMeasurement:
    """What the grader counts on a submission's network of this kind."""
    return measure_network(graph_of(network, (1, *entry.input_shape)), None, (), outputs=None)


@pytest.mark.parametrize("entry", ENTRIES)
def test_measuring_counts_what_the_reference_counts(entry: Entry) -> None:
    """The tape of a network has its parameters, its MACs, and each of its layers with weights as a row."""
    network = entry.network()
    found = measured(entry, network)
    assert (found.params, found.macs) == (SIZES[entry.slug].params, SIZES[entry.slug].macs)
    calls = [c for c in calls_of(network, entry.input_shape) if isinstance(c.module, nn.Conv2d | nn.Linear)]
    rows = [
        (layer.path, layer.output_shape[1:], layer.params, layer.macs) for layer in found.layers if layer.has_weights
    ]
    assert rows == [(call.path, call.output_shape, call.params, call.macs) for call in calls]


def test_conventions_give_what_the_report_printed() -> None:
    """thop's two numbers and torchsummary's four sizes come out as report 004 shows them."""
    facts, entry = load_facts().by_id, find_entry("alexnet-196")
    found = measured(entry, entry.network())
    assert found.conventions["thop"]["flops"] == facts["004-010"].printed
    assert found.conventions["thop"]["params"] == facts["004-011"].printed
    assert [round(size, 2) for size in found.sizes_mb.values()] == facts["004-012"].printed


def test_conventions_give_what_lecture_002_printed() -> None:
    """torchinfo's parameters and multiply-adds of NiN are the sums of the lecture's rows."""
    rows = [fact.printed for fact in load_facts().facts if fact.of.get("network") == "nin" and fact.by == "table_row"]
    entry = find_entry("nin")
    words = measured(entry, entry.network()).conventions["torchinfo"]
    assert sum(row[3] for row in rows) in words.values()
    assert sum(row[4] for row in rows) in words.values()


def test_slides_dropout_is_found_active() -> None:
    """The lecture's AlexNet answers differently twice in eval mode, and the measurement says so."""
    entry = find_entry("alexnet-192")
    assert not measured(entry, entry.network()).eval_deterministic
    assert measured(find_entry("alexnet-001"), find_entry("alexnet-001").network()).eval_deterministic
