"""A measured network on the page: its facts, its layers as a summary tool prints them, and the code it came from."""

from __future__ import annotations

from collections.abc import Iterator

from grader.domain.evidence import SourceOutline
from grader.domain.measurement import Chosen, NetworkMeasurement
from grader.domain.problem import Problem
from grader.domain.result import QuestionResult
from grader.report.catalogue import Catalogue
from grader.report.material import Material
from grader.report.numbers import count, shape
from grader.report.page_types import Code, Fact, Network
from grader.report.safe_text import safe_block, safe_line

_MOST_CODE_LINES = 60
_LINES_AROUND = 4
_MOST_LAYERS = 40
_COLUMNS = (22, 19, 14)
_SIZES = ("input", "forward_backward", "params", "total")


def network_view(network: NetworkMeasurement, chosen: Chosen | None, catalogue: Catalogue) -> Network:
    """What we measured, without the hand calculation."""
    return Network(tuple(_facts(network, chosen, catalogue)), summary_text(network, catalogue))


def _facts(network: NetworkMeasurement, chosen: Chosen | None, catalogue: Catalogue) -> Iterator[Fact]:
    place = f"{network.file}:{network.line}" if network.file and network.line else network.file or ""
    values = {
        "class": safe_line(network.class_name, 60),
        "place": safe_line(place, 60),
        "rule": catalogue.text(f"rule.{chosen.rule}") if chosen else "",
        "input": shape(network.input_shape),
        "output": shape(network.output_shape),
        "params": count(network.params),
        "macs": count(network.macs),
        "flops": count(network.flops),
        "provenance": catalogue.text(f"provenance.{network.provenance.value}"),
    }
    yield from (Fact(catalogue.text(f"network.{name}"), value) for name, value in values.items() if value)


def summary_text(network: NetworkMeasurement, catalogue: Catalogue) -> str:
    """The layers in the form that torchsummary made familiar; the numbers are ours."""
    width = sum(_COLUMNS)
    rows = [
        "-" * width,
        _row(*(catalogue.text(f"summary.{name}") for name in ("layer", "output", "params"))),
        "=" * width,
    ]
    for number, layer in enumerate(network.layers[:_MOST_LAYERS], 1):
        kind = safe_line(layer.kind.removesuffix(" (functional)"), _COLUMNS[0] - 6)
        sizes = ", ".join(map(str, (-1, *layer.output_shape[1:])))
        rows.append(_row(f"{kind}-{number}", f"[{sizes}]", count(layer.params)))
    if len(network.layers) > _MOST_LAYERS:
        rows.append(catalogue.text("summary.more", count=len(network.layers) - _MOST_LAYERS))
    frozen = network.params - network.trainable_params
    rows += ["=" * width, catalogue.text("summary.total", number=count(network.params))]
    if network.trainable_params:
        rows.append(catalogue.text("summary.trainable", number=count(network.trainable_params)))
        rows.append(catalogue.text("summary.frozen", number=count(frozen)))
    sizes_mb = [(name, network.sizes_mb[name]) for name in _SIZES if name in network.sizes_mb]
    rows += ["-" * width] if sizes_mb else []
    rows += [catalogue.text(f"summary.size_{name}", number=f"{value:.2f}") for name, value in sizes_mb]
    return "\n".join(rows)


def _row(*cells: str) -> str:
    return "".join(cell.rjust(width) for cell, width in zip(cells, _COLUMNS, strict=True))


def code_view(result: QuestionResult, material: Material) -> Code | None:
    """The class that was measured; where nothing could be measured, the lines around what stopped it."""
    network = material.grade.networks.get(result.id)
    payload = material.payload(result.id)
    if network and network.file and network.line:
        outline = _source(network.file, material)
        marked = {problem.line for problem in network.diagnostics if problem.file == network.file}
        return _whole_class(outline, network.line, marked, material.catalogue) if outline else None
    problem = payload.problem if payload else None
    if problem and problem.file and problem.line and (outline := _source(problem.file, material)):
        return _around(outline, problem)
    return None


def _source(path: str, material: Material) -> SourceOutline | None:
    files = material.files()
    return next((each for each in files.sources if each.path == path and each.code), None) if files else None


def _whole_class(outline: SourceOutline, line: int, marked: set[int | None], catalogue: Catalogue) -> Code | None:
    lines = outline.code.split("\n")
    end = line
    while end < len(lines) and (not lines[end].strip() or lines[end][:1] in (" ", "\t", ")")):
        end += 1
    while end > line and not lines[end - 1].strip():
        end -= 1
    last = min(end, line - 1 + _MOST_CODE_LINES)
    cut = catalogue.text("code.cut", lines=end - last) if end > last else ""
    return _excerpt(outline, range(line, last + 1), marked, cut)


def _around(outline: SourceOutline, problem: Problem) -> Code | None:
    lines, line = outline.code.split("\n"), problem.line or 1
    first, last = max(1, line - _LINES_AROUND), min(len(lines), line + _LINES_AROUND)
    return _excerpt(outline, range(first, last + 1), {line}, "")


def _excerpt(outline: SourceOutline, numbers: range, marked: set[int | None], cut: str) -> Code | None:
    kept = outline.code.split("\n")[numbers.start - 1 : numbers.stop - 1]
    if not kept:
        return None
    text = safe_block("\n".join(kept), lines=len(kept), width=160)
    place = f"{safe_line(outline.path, 100)}:{numbers.start}"
    return Code(place, text, numbers.start, tuple(n for n in sorted(filter(None, marked)) if n in numbers), cut)
