"""Charts as SVG text: pure functions of numbers and labels.

Every chart carries its numbers as words too, so colour is never alone; the
page that shows one writes its alternative text beside it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

INK, MUTED, LINE, TRACK = "#1a2233", "#5b6478", "#dfe3ea", "#e7eaf0"
ACCENT, GOOD, BAD = "#1f4fbf", "#15765a", "#b3261e"
_FONT = "Inter, 'Noto Sans', 'DejaVu Sans', 'WenQuanYi Micro Hei', sans-serif"


def ring(share: float, label: str) -> str:
    """A ring filled by `share` of 1, with a label inside; for the dark header."""
    radius, middle = 40, 50
    around = 2 * math.pi * radius
    filled = max(0.0, min(1.0, share)) * around
    circle = f'<circle cx="{middle}" cy="{middle}" r="{radius}" fill="none" stroke="#fff" stroke-width="9"'
    turned = f'stroke-dasharray="{filled:.1f} {around:.1f}" transform="rotate(-90 {middle} {middle})"'
    arc = f'{circle} stroke-linecap="round" {turned}/>' if filled > 0 else ""
    return _svg(
        100,
        100,
        f'{circle} stroke-opacity=".22"/>{arc}'
        + _text(middle, middle + 6, label, size=18, fill="#fff", anchor="middle", weight=700),
    )


def class_bars(rows: Sequence[tuple[str, float, str]], *, weak: Sequence[str] = ()) -> str:
    """One bar for each class: name, share of 1, and the number as text. Names in `weak` are marked."""
    height, left, width = 22, 74, 300
    parts = []
    for step in range(5):
        x = left + width * step / 4
        parts.append(f'<line x1="{x}" x2="{x}" y1="0" y2="{height * len(rows)}" stroke="{LINE}" stroke-width=".7"/>')
        parts.append(_text(x, height * len(rows) + 14, f"{25 * step}%", size=9, fill=MUTED, anchor="middle"))
    for index, (name, share, number) in enumerate(rows):
        y = index * height
        colour = BAD if name in weak else ACCENT
        weight = 700 if name in weak else 400
        parts.append(
            _text(left - 8, y + 15, name, size=11, fill=colour if name in weak else INK, anchor="end", weight=weight)
        )
        parts.append(_bar((left, y + 4), (max(0.0, min(1.0, share)) * width, 14), colour))
        parts.append(
            _text(
                left + width + 52,
                y + 15,
                number,
                size=11,
                fill=colour if name in weak else INK,
                anchor="end",
                weight=600,
            )
        )
    return _svg(left + width + 56, height * len(rows) + 20, "".join(parts))


def confusion(names: Sequence[str], shares: Sequence[Sequence[float]], counts: Sequence[Sequence[int]]) -> str:
    """A confusion matrix: rows are the truth, shaded by share of the row, with counts where there are any."""
    cell, left, top = 24, 48, 34
    parts = []
    for column, name in enumerate(names):
        parts.append(_text(left + column * cell + cell / 2, top - 8, name, size=9, fill=MUTED, anchor="middle"))
    for row, name in enumerate(names):
        parts.append(_text(left - 6, top + row * cell + 16, name, size=9, fill=MUTED, anchor="end"))
        for column in range(len(names)):
            share, number = shares[row][column], counts[row][column]
            parts.append(_cell(left + column * cell, top + row * cell, cell, share, number, right=row == column))
    size = len(names) * cell
    return _svg(left + size + 4, top + size + 4, "".join(parts))


def _cell(x: float, y: float, size: float, share: float, number: int, *, right: bool) -> str:
    colour = ACCENT if right else BAD
    opacity = 0.04 if number == 0 else 0.12 + 0.8 * math.sqrt(share) if not right else 0.15 + 0.75 * share
    box = (
        f'<rect x="{x + 0.6}" y="{y + 0.6}" width="{size - 1.2}" height="{size - 1.2}" rx="2" '
        f'fill="{colour}" fill-opacity="{min(opacity, 0.95):.2f}"/>'
    )
    if number == 0:
        return box
    light = "#fff" if opacity > 0.55 else INK
    return box + _text(x + size / 2, y + size / 2 + 3, str(number), size=8.5, fill=light, anchor="middle", weight=600)


def curve(values: Sequence[float], labels: Sequence[str], *, least: float, most: float) -> str:
    """Accuracy after each epoch as a line from `least` to `most` (shares of 1), with a number at each dot."""
    width, height, left, top = 320, 130, 40, 18
    span = max(most - least, 1e-9)
    xs = [left + (width * index / max(1, len(values) - 1)) for index in range(len(values))]
    ys = [top + height * (1 - (value - least) / span) for value in values]
    parts = []
    for step in range(5):
        level = least + span * step / 4
        y = top + height * (1 - step / 4)
        parts.append(f'<line x1="{left}" x2="{left + width}" y1="{y}" y2="{y}" stroke="{LINE}" stroke-width=".7"/>')
        parts.append(_text(left - 6, y + 3, f"{level * 100:.0f}%", size=9, fill=MUTED, anchor="end"))
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(xs, ys, strict=True))
    parts.append(f'<polyline points="{path}" fill="none" stroke="{ACCENT}" stroke-width="2" stroke-linejoin="round"/>')
    every = max(1, math.ceil(len(values) / 8))
    for index, (x, y) in enumerate(zip(xs, ys, strict=True)):
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.6" fill="{ACCENT}"/>')
        if index % every == 0 or index == len(values) - 1:
            parts.append(_text(x, top + height + 15, labels[index], size=9, fill=MUTED, anchor="middle"))
    return _svg(left + width + 14, top + height + 22, "".join(parts))


def columns(counts: Sequence[int], labels: Sequence[str]) -> str:
    """A histogram: one column for each count, the number above it and the label below."""
    each, height, top = 44, 90, 16
    most = max([*counts, 1])
    parts = []
    for index, number in enumerate(counts):
        tall = height * number / most
        x = index * each
        if number:
            parts.append(_bar((x + 4, top + height - tall), (each - 8, tall), ACCENT))
            parts.append(
                _text(
                    x + each / 2, top + height - tall - 4, str(number), size=10, fill=INK, anchor="middle", weight=600
                )
            )
        parts.append(_text(x + each / 2, top + height + 14, labels[index], size=9, fill=MUTED, anchor="middle"))
    foot = top + height
    base = f'<line x1="0" x2="{each * len(counts)}" y1="{foot}" y2="{foot}" stroke="{MUTED}" stroke-width=".8"/>'
    return _svg(each * len(counts), foot + 20, "".join(parts) + base)


def _bar(corner: tuple[float, float], size: tuple[float, float], colour: str) -> str:
    (x, y), (width, height) = corner, size
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="2" fill="{colour}"/>'


def _svg(width: float, height: float, body: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" '
        f'height="{height:g}" font-family="{_FONT}">{body}</svg>'
    )


def _text(x: float, y: float, words: str, *, size: float, fill: str, anchor: str = "start", weight: int = 400) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{fill}" text-anchor="{anchor}" '
        f'font-weight="{weight}">{escape(words)}</text>'
    )
