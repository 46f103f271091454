"""The automatic checks of homework 4: pure functions of evidence, named for their fact.

The first line of each docstring is what the student reads. Points and order
stand in assignment.toml, numbers to compare with in expected.toml.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from math import prod
from typing import Any

from grader.checks.declare import check
from grader.checks.points import exact
from grader.checks.shares import as_fraction, percent
from grader.checks.verdict import Part, Verdict, failed, needs_review, partial, passed, text_of
from grader.claims.architectures import Difference, called, identify, read_architectures
from grader.claims.conventions import Convention, Family, named_by, printed_by, recognise_compute, recognise_params
from grader.claims.hand import JudgedRow, RowVerdict
from grader.claims.read import Claims
from grader.claims.truth import judge_claims
from grader.domain.evidence import Essay, FilesPayload, NetworkPayload, TrainingPayload
from grader.domain.measurement import AccuracyMeasurement, Chosen, NetworkMeasurement, Provenance
from grader.domain.problem import Problem
from grader.domain.reason import Reason

Expected = Mapping[str, Any]

_BIAS = {RowVerdict.BIAS_FORGOTTEN: Reason.BIAS_FORGOTTEN, RowVerdict.BIAS_COUNTED: Reason.BIAS_COUNTED}

# --- Q1 -----------------------------------------------------------------------


@check(optional=["essay"])
def essay_written(essay: Essay | None, files: FilesPayload) -> Verdict:
    """Your essay has text under its headings."""
    if essay is not None:
        return failed(Reason.ESSAY_EMPTY) if essay.empty else passed(actual=essay.words)
    if any(file.kind == "pdf" for file in files.files):
        return needs_review(Reason.WAITS_FOR_HUMAN)
    return failed(Reason.ESSAY_MISSING)


# --- Q2 -----------------------------------------------------------------------


@check
def network_runs(network: NetworkPayload, expected: Expected) -> Verdict:
    """Your AlexNet runs on a 1×3×224×224 image and gives 1000 scores."""
    measured = _measured(network)
    shape, outputs = measured.output_shape, expected["outputs"]
    verdict = passed(expected=(1, outputs), actual=shape)
    if prod(shape) != outputs:
        verdict = partial(Fraction(1, 2), Reason.OUTPUT_SHAPE, expected=(1, outputs), actual=shape)
    constant = next((note for note in measured.diagnostics if note.reason == Reason.OUTPUT_CONSTANT), None)
    if constant is not None:
        verdict = failed(Reason.OUTPUT_CONSTANT, expected=(1, outputs), actual=shape).at(constant.file, constant.line)
    # What the check itself says is not said again beside it.
    known = [note for note in (*network.notes, *measured.diagnostics) if note.reason != verdict.reason]
    return _as_measured(_chosen_and_sourced(verdict.noting(*known), network.chosen, measured), measured)


@check(optional=["network"])
def hand_rows(claims: Claims, network: NetworkPayload | None, expected: Expected) -> Verdict | list[Part]:
    """The parameters of {each layer}, calculated by hand."""
    rows = judge_claims(claims, network.network if network else None, expected).rows
    if all(row.verdict is RowVerdict.MISSING for row in rows):
        return _missing(claims, layer=", ".join(row.truth.name for row in rows))
    cap = Fraction(*expected["bias_cap"])
    return [
        Part(row.truth.name, _missing(claims, layer=row.truth.name) if row.claim is None else _row(row, rows, cap))
        for row in rows
    ]


@check(optional=["network"])
def hand_total(claims: Claims, network: NetworkPayload | None, expected: Expected) -> Verdict:
    """The total of the parameters, calculated by hand."""
    total = judge_claims(claims, network.network if network else None, expected).total
    claim = total.claim
    if claim is None:
        return _missing(claims, layer="total")
    match total.verdict:
        case RowVerdict.AGREES:
            return passed(expected=total.truth, actual=claim.value)
        case RowVerdict.CARRIED:
            facts = {"own_sum": text_of(total.own_sum), "truth": text_of(total.truth)}
            carried = Problem(Reason.TOTAL_CARRIED, facts=facts)
            return passed(expected=total.own_sum, actual=claim.value).noting(carried)
        case RowVerdict.UNREADABLE:
            return failed(Reason.HAND_UNREADABLE, layer="total", detail=claim.unreadable)
        case RowVerdict.ARITHMETIC:
            slip = {"working": claim.working, "gives": text_of(claim.gives), "written": text_of(claim.written)}
            return failed(Reason.HAND_ARITHMETIC, layer="total", expected=total.truth, actual=claim.value, **slip)
    return failed(Reason.TOTAL_WRONG, expected=total.truth, actual=claim.value)


@check
def params_reported(claims: Claims, network: NetworkPayload) -> Verdict:
    """The number of parameters that your code reported."""
    measured, number = _measured(network), claims.reported.params
    if number is None:
        return _not_reported(claims, "params")
    found = recognise_params(number, measured)
    if found is None:
        return failed(Reason.REPORTED_WRONG, what="params", expected=measured.params, actual=number.text)
    verdict = passed(expected=measured.params, actual=number.text)
    return verdict if number.matches(measured.params) else verdict.noting(_convention(found))


@check
def flops_reported(claims: Claims, network: NetworkPayload) -> Verdict:
    """The number of FLOPs or MACs that your code reported."""
    measured, number = _measured(network), claims.reported.flops
    if number is None:
        return _not_reported(claims, "flops")
    found = recognise_compute(number, measured)
    expected = f"{measured.macs:,} MACs = {measured.flops:,} FLOPs"
    if not found:
        return failed(Reason.REPORTED_WRONG, what="flops", expected=expected, actual=number.text)
    verdict = passed(expected=expected, actual=number.text)
    return _as_measured(verdict.noting(_convention(printed_by(claims.reported.tool, found))), measured)


@check(requires=["flops_reported"])
def flops_label(claims: Claims, network: NetworkPayload) -> Verdict:
    """The word for that number: FLOPs or MACs."""
    reported, measured = claims.reported, _measured(network)
    if not reported.label:
        return failed(Reason.REPORTED_MISSING, what="label")
    found = recognise_compute(reported.flops, measured) if reported.flops else ()
    named = named_by(reported.label, found, reported.tool)
    if named is None:
        words = " | ".join(dict.fromkeys(f"{each.word} ({each.tool})" for each in found))
        return failed(
            Reason.LABEL_WRONG, expected=words, actual=reported.label, label=reported.label, tool=found[0].tool
        )
    verdict = passed(actual=reported.label)
    counts_macs = named.family is Family.FLOPS and named.value != measured.flops
    if counts_macs and named.tool == "thop":
        return verdict.noting(Problem(Reason.LABEL_THOP))
    return verdict.noting(_convention(named)) if counts_macs else verdict


@check(optional=["claims"])
def architecture_named(network: NetworkPayload, claims: Claims | None, expected: Expected) -> Verdict:
    """Your network is an AlexNet that has a name."""
    known = read_architectures(expected)
    found = identify(_measured(network), known)
    if isinstance(found, Difference):
        return failed(
            Reason.ARCHITECTURE_UNKNOWN,
            expected=found.reference,
            actual=found.own,
            layer=found.layer,
            own=found.own,
            reference=found.reference,
            nearest=found.nearest.title,
        )
    verdict = passed(actual=found.title).noting(Problem(Reason.ARCHITECTURE_NAMED, facts={"name": found.title}))
    claimed = called(claims.reported.architecture, known) if claims else None
    if claimed is None or claimed.name == found.name:
        return verdict
    facts = {"claimed": claimed.title, "name": found.title}
    return verdict.noting(Problem(Reason.ARCHITECTURE_CLAIMED, facts=facts))


# --- Q3 -----------------------------------------------------------------------


@check(optional=["claims"])
def test_accuracy(training: TrainingPayload, claims: Claims | None, expected: Expected) -> Verdict:
    """Your network, trained from random weights, is right on enough test images."""
    measured, accuracy = training.network, training.accuracy
    if accuracy is None:
        raise ValueError("called without an accuracy")
    verdict = _band(accuracy, expected).noting(*training.notes, *(measured.diagnostics if measured else ()))
    facts = training.training
    if facts and facts.cap_reached and all(note.reason != Reason.TRAIN_CAP for note in verdict.notes):
        cap = {"seconds": facts.seconds_cap, "epochs": facts.epochs_seen if facts.epochs_seen is not None else "?"}
        verdict = verdict.noting(Problem(Reason.TRAIN_CAP, facts=dict(cap)))
    verdict = _memorised(_claimed(verdict, claims, accuracy, expected), accuracy, expected)
    untrained = accuracy.untrained_accuracy
    if untrained is not None and as_fraction(untrained) * 100 > exact(expected["untrained_most"]):
        seen = percent(untrained)
        review = needs_review(Reason.UNTRAINED_HIGH, accuracy=seen).noting(*verdict.notes)
        return review.flagged(*verdict.flags, Reason.UNTRAINED_HIGH)
    verdict = _chosen_and_sourced(verdict, training.chosen, measured)
    if accuracy.provenance is Provenance.REPORTED:
        return needs_review(Reason.LOGITS_ONLY, provisional=verdict).flagged(Reason.LOGITS_ONLY)
    return verdict


# --- parts of the checks ------------------------------------------------------


def _measured(payload: NetworkPayload) -> NetworkMeasurement:
    if payload.network is None:
        raise ValueError("called without a measurement")
    return payload.network


def _as_measured(verdict: Verdict, measured: NetworkMeasurement) -> Verdict:
    """What hangs on numbers of the student's own process earns nothing before a human has looked."""
    if measured.provenance is Provenance.RECOMPUTED or not verdict.fraction:
        return verdict
    review = needs_review(Reason.NUMBERS_REPORTED).noting(*verdict.notes)
    review = replace(review, expected=verdict.expected, actual=verdict.actual)
    return review.flagged(*verdict.flags, Reason.NUMBERS_REPORTED)


def _chosen_and_sourced(verdict: Verdict, chosen: Chosen | None, measured: NetworkMeasurement | None) -> Verdict:
    """What the network earns stands, but a human looks at one that was a guess, or that no file explains."""
    if measured is not None and measured.graph_without_source:
        layers = [layer.path for layer in measured.layers if layer.has_weights][:20]
        review = needs_review(Reason.GRAPH_WITHOUT_SOURCE, provisional=verdict, layers=layers)
        return review.flagged(Reason.GRAPH_WITHOUT_SOURCE)
    if chosen is not None and chosen.candidates:
        return needs_review(Reason.CLASS_AMBIGUOUS, provisional=verdict, candidates=list(chosen.candidates))
    return verdict


def _missing(claims: Claims, *, layer: str) -> Verdict:
    """No calculation of a layer. Where a document could not be read as text, a person looks before points are lost."""
    if claims.unread is not None:
        return needs_review(claims.unread.reason, **claims.unread.facts)
    return failed(Reason.HAND_MISSING, layer=layer)


def _row(row: JudgedRow, rows: Sequence[JudgedRow], cap: Fraction) -> Verdict:
    """One row's verdict; a cause that runs through many rows costs at most `cap` of all points."""
    layer, claim, truth = row.truth.name, row.claim, row.truth.params
    if claim is None:
        raise ValueError("called without a claim")
    slip = {"working": claim.working, "gives": text_of(claim.gives), "written": text_of(claim.written)}
    match row.verdict:
        case RowVerdict.AGREES:
            verdict = passed(expected=truth, actual=claim.value)
            slipped = Problem(Reason.HAND_ARITHMETIC, facts={"layer": layer, **slip})
            return verdict.noting(slipped) if claim.slipped else verdict
        case RowVerdict.UNREADABLE:
            return failed(Reason.HAND_UNREADABLE, layer=layer, detail=claim.unreadable)
        case RowVerdict.ARITHMETIC:
            return failed(Reason.HAND_ARITHMETIC, expected=truth, actual=claim.value, layer=layer, **slip)
        case RowVerdict.BIAS_FORGOTTEN | RowVerdict.BIAS_COUNTED:
            same = [other.truth.name for other in rows if other.verdict is row.verdict]
            together = [other for other in rows if other.verdict in _BIAS]
            lost = min(Fraction(1), cap * len(rows) / len(together))
            return partial(1 - lost, _BIAS[row.verdict], expected=truth, actual=claim.value, layers=same)
        case RowVerdict.CHANNELS_FORGOTTEN:
            return failed(
                Reason.CHANNELS_FORGOTTEN, expected=truth, actual=claim.value, layer=layer, inputs=row.truth.inputs
            )
    return failed(Reason.HAND_WRONG, expected=truth, actual=claim.value, layer=layer, working=claim.working)


def _not_reported(claims: Claims, what: str) -> Verdict:
    unreadable = claims.reported.unreadable.get(what)
    if unreadable is None and claims.unread is not None:
        return needs_review(claims.unread.reason, **claims.unread.facts)
    if unreadable is None:
        return failed(Reason.REPORTED_MISSING, what=what)
    return failed(Reason.ANSWERS_WRONG_TYPE, key=f"q2.reported.{what}", want="705535424 | 705.5M", found=unreadable)


def _convention(found: Convention) -> Problem:
    return Problem(Reason.REPORTED_CONVENTION, facts={"tool": found.tool, "word": found.word})


def _band(accuracy: AccuracyMeasurement, expected: Expected) -> Verdict:
    """The best band that the accuracy reaches; a data set without bands is for a human."""
    bands = next((rows for name, rows in expected["bands"].items() if name in accuracy.dataset.lower()), None)
    if bands is None:
        return needs_review(Reason.WAITS_FOR_HUMAN)
    share = Fraction(accuracy.correct, accuracy.n) if accuracy.n else Fraction(0)
    best = max(bands, key=lambda band: band["points"])
    reached = [band["points"] for band in bands if share * 100 >= exact(band["at_least"])]
    needed, seen = percent(exact(best["at_least"]) / 100), percent(share)
    if max(reached, default=0) == best["points"]:
        return passed(expected=needed, actual=seen)
    fraction = exact(max(reached, default=0)) / exact(best["points"])
    facts = {"needed": needed, "dataset": accuracy.dataset}
    return partial(fraction, Reason.ACCURACY_LOW, expected=needed, actual=seen, **facts)


def _memorised(verdict: Verdict, accuracy: AccuracyMeasurement, expected: Expected) -> Verdict:
    if accuracy.perturbed_accuracy is None:
        return verdict
    gap = as_fraction(accuracy.accuracy) - as_fraction(accuracy.perturbed_accuracy)
    if gap * 100 <= exact(expected["memorised_gap"]):
        return verdict
    return verdict.noting(Problem(Reason.MEMORISED, facts={"gap": percent(gap)})).flagged(Reason.MEMORISED)


def _claimed(verdict: Verdict, claims: Claims | None, accuracy: AccuracyMeasurement, expected: Expected) -> Verdict:
    """Claimed beside measured: a note, and a flag when the claim is far above. It costs no points."""
    claimed = claims.claimed.get("accuracy") if claims else None
    dataset = claims.claimed_dataset.lower() if claims else ""
    if claimed is None or dataset not in accuracy.dataset.lower():
        return verdict
    above = (as_fraction(claimed) - as_fraction(accuracy.accuracy)) * 100
    if abs(above) <= exact(expected["claim_note"]):
        return verdict
    facts = {"claimed": percent(claimed), "measured": percent(accuracy.accuracy), "dataset": accuracy.dataset}
    noted = verdict.noting(Problem(Reason.CLAIM_DIFFERS, facts=dict(facts)))
    return noted.flagged(Reason.CLAIM_DIFFERS) if above > exact(expected["claim_flag"]) else noted
