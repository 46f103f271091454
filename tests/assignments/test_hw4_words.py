"""Every reason that homework 4 gives has a sentence, and the facts that the sentence prints."""

from __future__ import annotations

import string
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from grader.domain.evidence import Essay, FilesPayload, NetworkPayload, SubmissionEvidence, TrainingPayload
from grader.domain.measurement import Chosen
from grader.domain.problem import Problem
from grader.domain.reason import Reason
from grader.score import score
from tests.assignments.hw4_graded import HW4, changed, handing_in
from tests.hw4_evidence import FILES, LECTURE, accuracy, evidence, network, training_facts, with_192_as


def words() -> dict[str, dict[str, str]]:
    """The catalogue of sentences."""
    path = Path(__file__).parents[2] / "grader" / "report" / "messages" / "en" / "reasons.toml"
    return tomllib.loads(path.read_text("utf-8"))


def trained(**changes: Any) -> SubmissionEvidence:
    """A submission whose training went like this."""
    fields = {"network": network(), "training": training_facts(cap_reached=True), "accuracy": accuracy(**changes)}
    return evidence(q3=TrainingPayload(Chosen("Net"), **fields))


BROKEN = NetworkPayload(problem=Problem(Reason.FORWARD_RAISED, facts={"error": "E", "detail": "d"}))
CASES: dict[str, SubmissionEvidence] = {
    "right": evidence(),
    "broken": evidence(q2=BROKEN),
    "no answers": evidence(files=FilesPayload(FILES)),
    "empty answers": evidence(files=FilesPayload(FILES, answers={}, essay=Essay("essay.md", "", 0, True))),
    "free form": evidence(q2=NetworkPayload(problem=Problem(Reason.FREE_FORM_SCRIPT))),
    "nameless": handing_in(with_192_as(200), architecture="torchvision", params="x", flops="1", label="MACs"),
    "ten scores": handing_in((*LECTURE[:-1], ("fc", 1024, 10)), label="FLOPs", architecture="keras"),
    "196": handing_in(with_192_as(196), label="FLOPs", architecture="lecture", params=1),
    "label": handing_in(label="params", flopps=1),
    "rows": changed("hand", conv1="1", conv2="2 x 2 = 5", conv3="?", conv4=None, conv5="256*9*256", total="9"),
    "carried": changed("hand", conv1="1", total=network().params - 23_295),
    "ambiguous": evidence(q2=NetworkPayload(Chosen("A", candidates=("A", "B")), network())),
    "no source": evidence(q2=NetworkPayload(Chosen("A"), network(graph_without_source=True))),
    "weak": trained(correct=9_600, perturbed_accuracy=0.5),
    "untrained": trained(untrained_accuracy=0.5),
    "claims": trained(correct=5_000),
}


def said(found: SubmissionEvidence) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every reason with its facts, of checks and of notes."""
    for question in score(HW4, found).questions:
        for check in question.checks:
            if check.reason:
                yield check.reason, check.facts
            yield from ((note.reason, note.facts) for note in check.notes)


@pytest.mark.parametrize("case", CASES)
def test_sentences_find_their_facts(case: str) -> None:
    """No sentence or advice prints a fact that its check does not give."""
    catalogue = words()
    for reason, facts in said(CASES[case]):
        # Words of the other zones are tested with those who say them.
        if reason not in OWN:
            continue
        for text in catalogue[reason].values():
            needed = {field for _, field, _, _ in string.Formatter().parse(text) if field}
            assert needed <= set(facts), (reason, text)
            assert "None" not in text.format(**facts)


OWN = frozenset(
    {
        Reason.HAND_MISSING,
        Reason.HAND_WRONG,
        Reason.HAND_ARITHMETIC,
        Reason.HAND_UNREADABLE,
        Reason.BIAS_FORGOTTEN,
        Reason.TOTAL_WRONG,
        Reason.TOTAL_CARRIED,
        Reason.REPORTED_MISSING,
        Reason.REPORTED_WRONG,
        Reason.REPORTED_CONVENTION,
        Reason.LABEL_WRONG,
        Reason.LABEL_THOP,
        Reason.ARCHITECTURE_UNKNOWN,
        Reason.ARCHITECTURE_NAMED,
        Reason.ARCHITECTURE_CLAIMED,
        Reason.PREREQUISITE,
        Reason.WAITS_FOR_HUMAN,
        Reason.ACCURACY_LOW,
        Reason.UNTRAINED_HIGH,
        Reason.MEMORISED,
        Reason.CLAIM_DIFFERS,
        Reason.TRAIN_CAP,
    }
)


def test_cases_above_say_every_reason_of_the_checks() -> None:
    """The table of cases leaves none of these reasons out."""
    assert {reason for found in CASES.values() for reason, _ in said(found)} >= OWN
