"""Charts as SVG text: pure functions of numbers and labels.

Every chart carries its numbers as words too, so that colour is never alone; the
page that shows one puts its alternative text beside it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

INK, MUTED, LINE, TRACK = "#1a2233", "#5b6478", "#dfe3ea", "#e7eaf0"
ACCENT, BAD = "#1f4fbf", "#b3261e"
_FONT = "Inter, 'Noto Sans', 'Liberation Sans', 'DejaVu Sans', 'Noto Sans CJK TC', 'WenQuanYi Micro Hei', sans-serif"


def ring(share: float, label: str, *, waiting: float = 0.0) -> str:
    """A ring filled by `share` of 1, then fainter by what waits, with a label inside; white, for the dark band."""
    middle, radius = 50, 41
    around = 2 * math.pi * radius
    filled = min(1.0, max(0.0, share))
    faint = min(1.0 - filled, max(0.0, waiting))
    arcs = [f'<circle cx="{middle}" cy="{middle}" r="{radius}" stroke="#fff" stroke-opacity=".2"/>']
    for start, length, opacity in ((filled, faint, 0.45), (0.0, filled, 1.0)):
        if length > 0:
            turn = 360 * start - 90
            dashes = f'stroke-dasharray="{length * around:.1f} {around:.1f}"'
            arcs.append(
                f'<circle cx="{middle}" cy="{middle}" r="{radius}" stroke="#fff" stroke-opacity="{opacity:g}" '
                f'{dashes} transform="rotate({turn:.1f} {middle} {middle})"/>'
            )
    body = f'<g fill="none" stroke-width="9">{"".join(arcs)}</g>'
    return _svg(100, 100, body + _text(middle, middle + 6.5, label, size=19, fill="#fff", anchor="middle", bold=True))


def class_bars(rows: Sequence[tuple[str, float, str]], *, weak: Sequence[str] = (), tick: float | None = None) -> str:
    """One bar for each class: name, share of 1, and the number as text.

    Names in `weak` are red and marked with an arrow; `tick` is a line for a share to compare with.
    """
    step, left, width = 22, 66, 270
    tall = step * len(rows)
    parts = []
    for quarter in range(5):
        x = left + width * quarter / 4
        parts.append(_line(x, 0, x, tall, LINE))
        parts.append(_text(x, tall + 14, f"{25 * quarter}%", size=9, fill=MUTED, anchor="middle"))
    for index, (name, share, number) in enumerate(rows):
        y, is_weak = index * step, name in weak
        ink = BAD if is_weak else INK
        long = min(1.0, max(0.0, share)) * width
        parts.append(_text(left - 8, y + 15, name, size=11, fill=ink, anchor="end", bold=is_weak))
        parts.append(_box(left, y + 4, long, 14, BAD if is_weak else ACCENT))
        shown = f"\u25bc {number}" if is_weak else number
        parts.append(_text(left + width + 62, y + 15, shown, size=11, fill=ink, anchor="end", bold=True))
    if tick is not None:
        x = left + width * min(1.0, max(0.0, tick))
        parts += [_line(x, y - 1, x, y + step - 3, INK, width=1.6) for y in range(2, tall, step)]
    return _svg(left + width + 66, tall + 20, "".join(parts))


def confusion(names: Sequence[str], counts: Sequence[Sequence[int]]) -> str:
    """A confusion matrix: rows are the truth, shaded by share of the row, with counts where there are any."""
    cell, left, top = 25, 44, 30
    parts = []
    for index, name in enumerate(names):
        middle = index * cell + cell / 2
        parts.append(_text(left + middle, top - 8, name, size=10, fill=MUTED, anchor="middle"))
        parts.append(_text(left - 7, top + middle + 3.5, name, size=10, fill=MUTED, anchor="end"))
    for row, numbers in enumerate(counts):
        whole = sum(numbers) or 1
        for column, number in enumerate(numbers):
            place = (left + column * cell, top + row * cell)
            parts.append(_cell(place, cell, number, share=number / whole, right=row == column))
    size = len(names) * cell
    return _svg(left + size + 4, top + size + 4, "".join(parts))


def _cell(place: tuple[float, float], size: float, number: int, *, share: float, right: bool) -> str:
    x, y = place
    # Few mistakes must be seen too, so their shade grows with the root of the share.
    shade = 0.15 + 0.75 * share if right else 0.12 + 0.8 * math.sqrt(share)
    opacity = shade if number else 0.04
    box = _box(x + 0.7, y + 0.7, size - 1.4, size - 1.4, ACCENT if right else BAD, opacity=min(opacity, 0.95))
    if not number:
        return box
    ink = "#fff" if opacity > 0.55 else INK
    small = 8.5 if number < 1000 else 7.5
    return box + _text(x + size / 2, y + size / 2 + 3.2, str(number), size=small, fill=ink, anchor="middle", bold=True)


def curve(values: Sequence[float], labels: Sequence[str], tops: Sequence[str], *, least: float, axis: str) -> str:
    """Shares of 1 as a line from `least` to 1, a label below each dot and a number above the first, best and last."""
    width, height, left, top = 300, 120, 40, 16
    span = max(1.0 - least, 1e-9)
    xs = [left + 22 + (width - 44) * index / max(1, len(values) - 1) for index in range(len(values))]
    ys = [top + height * (1.0 - (min(1.0, max(least, value)) - least) / span) for value in values]
    parts = []
    for quarter in range(5):
        y = top + height * (1 - quarter / 4)
        level = f"{100 * (least + span * quarter / 4):.4g}%"
        parts.append(_line(left, y, left + width, y, LINE))
        parts.append(_text(left - 6, y + 3, level, size=9, fill=MUTED, anchor="end"))
    dots = " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(xs, ys, strict=True))
    parts.append(f'<polyline points="{dots}" fill="none" stroke="{ACCENT}" stroke-width="2" stroke-linejoin="round"/>')
    told = {0, len(values) - 1, max(range(len(values)), key=lambda index: values[index])}
    every = max(1, math.ceil(len(values) / 10))
    for index, (x, y) in enumerate(zip(xs, ys, strict=True)):
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.8" fill="{ACCENT}"/>')
        if index in told:
            parts.append(_text(x, y - 7, tops[index], size=9, fill=ACCENT, anchor="middle", bold=True))
        if index % every == 0:
            parts.append(_text(x, top + height + 14, labels[index], size=9, fill=MUTED, anchor="middle"))
    parts.append(_text(left + width, top + height + 27, axis, size=9, fill=MUTED, anchor="end"))
    return _svg(left + width + 12, top + height + 32, "".join(parts))


def columns(counts: Sequence[int], labels: Sequence[str]) -> str:
    """A histogram: one column for each count, the number above it and the label below."""
    each, height, top = 46, 92, 16
    most = max([*counts, 1])
    parts = []
    for index, number in enumerate(counts):
        x, tall = index * each, height * number / most
        if number:
            parts.append(_box(x + 4, top + height - tall, each - 8, tall, ACCENT))
            parts.append(
                _text(x + each / 2, top + height - tall - 4, str(number), size=10, fill=INK, anchor="middle", bold=True)
            )
        parts.append(_text(x + each / 2, top + height + 14, labels[index], size=9, fill=MUTED, anchor="middle"))
    base = _line(0, top + height, each * len(counts), top + height, MUTED, width=0.8)
    return _svg(each * len(counts), top + height + 20, "".join(parts) + base)


def _svg(width: float, height: float, body: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" '
        f'height="{height:g}" font-family="{_FONT}">{body}</svg>'
    )


def _box(x: float, y: float, width: float, height: float, fill: str, *, opacity: float = 1.0) -> str:
    faint = "" if opacity >= 1 else f' fill-opacity="{opacity:.2f}"'
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="2" fill="{fill}"{faint}/>'


def _line(x1: float, y1: float, x2: float, y2: float, stroke: str, *, width: float = 0.7) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{stroke}" stroke-width="{width:g}"/>'


def _text(x: float, y: float, words: str, *, size: float, fill: str, anchor: str = "start", bold: bool = False) -> str:
    weight = ' font-weight="600"' if bold else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" fill="{fill}" text-anchor="{anchor}"{weight}>'
        f"{escape(words)}</text>"
    )
