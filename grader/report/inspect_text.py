"""What `grader inspect` prints: a table for each network, and every problem with what to do."""

from __future__ import annotations

from collections.abc import Iterator

from grader.domain.inspection import FileInspection, InspectedNetwork
from grader.domain.measurement import NetworkMeasurement, Provenance
from grader.domain.problem import Problem
from grader.report.catalogue import Catalogue
from grader.report.numbers import count, shape
from grader.report.safe_text import safe_line

MOST_LAYERS = 120
_NAME, _KIND, _SHAPE, _NUMBER = 34, 24, 18, 15


def file_lines(inspection: FileInspection, catalogue: Catalogue) -> list[str]:
    """One file: its networks, the classes that only serve inside them, and what is wrong with it."""
    path = safe_line(shown_path(inspection.path), 120)
    lines = ["", path]
    for found in inspection.networks:
        lines += ["", *_network_lines(found, catalogue)]
    if inspection.parts:
        lines += ["", "  " + catalogue.text("inspect.parts", names=safe_line(", ".join(inspection.parts), 200))]
    if not inspection.networks:
        lines.append("  " + catalogue.text("inspect.none"))
    for problem in inspection.problems:
        lines += _problem_lines(problem, catalogue)
    return lines


def shown_path(path: str) -> str:
    """A notebook's script lies beside it under a longer name."""
    return path.removesuffix(".py") if path.endswith(".ipynb.py") else path


def _network_lines(found: InspectedNetwork, catalogue: Catalogue) -> list[str]:
    made = safe_line(found.constructor or found.name, 100)
    place = f":{found.line}" if found.line else ""
    lines = [f"  {made}  ({catalogue.text(f'inspect.{found.kind}')}{place})"]
    if found.network is not None:
        lines += _table(found.network, catalogue)
        lines += [line for note in found.network.diagnostics for line in _problem_lines(note, catalogue)]
    elif found.params:
        lines.append("    " + catalogue.text("inspect.counted", params=count(found.params)))
    if found.problem is not None:
        lines += _problem_lines(found.problem, catalogue)
        if found.tried:
            tried = ", ".join("×".join(map(str, each)) for each in found.tried)
            lines.append("    " + catalogue.text("inspect.tried", shapes=tried))
    return lines + [line for note in found.notes for line in _problem_lines(note, catalogue)]


def _table(network: NetworkMeasurement, catalogue: Catalogue) -> Iterator[str]:
    facts = {
        "input": _size(network.input_shape),
        "output": _size(network.output_shape),
        "params": count(network.params),
        "macs": count(network.macs),
        "flops": count(network.flops),
    }
    yield "    " + "   ".join(f"{catalogue.text(f'inspect.{name}')} {value}" for name, value in facts.items())
    if network.provenance is Provenance.REPORTED:
        yield "    " + catalogue.text("inspect.reported")
    words = [
        f"{tool} {word} {count(number)}"
        for tool, numbers in network.conventions.items()
        for word, number in numbers.items()
        if word != "params"
    ]
    if words:
        yield "    " + catalogue.text("inspect.tools", numbers=" · ".join(words))
    titles = (catalogue.text(f"inspect.{name}") for name in ("layer", "kind", "shape", "params", "macs"))
    yield "    " + _row(*titles)
    for layer in network.layers[:MOST_LAYERS]:
        kind = safe_line(layer.kind, _KIND - 1)
        yield "    " + _row(
            safe_line(layer.path, _NAME - 1), kind, _size(layer.output_shape), count(layer.params), count(layer.macs)
        )
    if len(network.layers) > MOST_LAYERS:
        yield "    " + catalogue.text("summary.more", count=len(network.layers) - MOST_LAYERS)


def _size(sizes: tuple[int, ...]) -> str:
    """In a terminal a plain blank can be searched for."""
    return shape(sizes).replace("\xa0", " ")


def _row(name: str, kind: str, size: str, params: str, macs: str) -> str:
    return f"{name:<{_NAME}}{kind:<{_KIND}}{size:<{_SHAPE}}{params:>{_NUMBER}}{macs:>{_NUMBER}}"


def _problem_lines(problem: Problem, catalogue: Catalogue) -> list[str]:
    advice = catalogue.advice(problem.reason, problem.facts)
    lines = ["    ! " + safe_line(catalogue.problem(problem), 400)]
    return [*lines, "      " + safe_line(advice, 300)] if advice else lines
