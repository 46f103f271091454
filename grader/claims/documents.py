"""Adds what documents say to what answers.toml says, which goes first wherever it says something."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from grader.claims.equations import find_equations
from grader.claims.numbers import read_number
from grader.claims.printed import Printed, find_printed, tools_named
from grader.claims.read import METRICS, Claims, Reported, share_of
from grader.domain.document import OUTPUT, Document


def with_documents(claims: Claims, documents: Sequence[Document]) -> Claims:
    """The claims with the calculations, printed numbers and metrics of the documents."""
    if not documents:
        return claims
    printed = find_printed(documents)
    return replace(
        claims,
        equations=tuple(
            equation for document in documents if document.kind != OUTPUT for equation in find_equations(document)
        ),
        reported=_reported(claims.reported, printed, tools_named(documents)),
        claimed={**_metrics(printed), **claims.claimed},
    )


def _reported(known: Reported, printed: Sequence[Printed], tools: Sequence[str]) -> Reported:
    if known.params is None:
        listed = sorted((each for each in printed if each.name == "params"), key=lambda each: _by_hand(each, printed))
        numbers = (read_number(each.text) for each in listed)
        known = replace(known, params=next((number for number in numbers if number is not None), None))
    if known.flops is not None:
        return known
    told = next((each for each in printed if each.name in ("flops", "macs") and read_number(each.text)), None)
    number = read_number(told.text) if told else None
    if told is None or number is None:
        return known
    label = known.label or number.unit or ("MACs" if told.name == "macs" else "FLOPs")
    return replace(known, flops=number, label=label, tool=known.tool or next(iter(tools), ""))


def _by_hand(number: Printed, printed: Sequence[Printed]) -> int:
    """How little a number looks like a tool's: summaries have a phrase, thop writes a point, FLOPs stand beside."""
    if "total params" in number.word.lower() or number.text.endswith(".0"):
        return 0
    beside = [each.place for each in printed if each.name in ("flops", "macs")]
    place = number.place
    near = any(p.path == place.path and p.page == place.page and abs(p.line - place.line) <= 2 for p in beside)
    return 1 if near else 2


def _metrics(printed: Sequence[Printed]) -> dict[str, float]:
    """The last of each: a report tells of its tries in the order in which they were made."""
    found = {each.name: share_of(each.text) for each in printed if each.name in METRICS}
    return {name: share for name, share in found.items() if share is not None and 0 < share <= 1}
