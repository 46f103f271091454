"""Makes the PDFs of this folder anew: needs Chromium, LibreOffice and LaTeX beside what the tests need.

python -m tests.documents.make [ID ...]
"""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pypdfium2
import weasyprint

from tests.documents.cases import CASES, Case, Written

HERE = Path(__file__).resolve().parent / "pdf"
_TIMES = " × "
_NAMES = {
    "en": {
        "conv": "conv{n}",
        "fc": "fc{n}",
        "total": "Total parameters",
        "title": "2. Parameters of AlexNet by manual calculation",
    },
    "zh": {"conv": "第{n}層卷積", "fc": "全連接層{n}", "total": "總參數量", "title": "2. 手算 AlexNet 的參數"},
    "ko": {
        "conv": "합성곱층 {n}",
        "fc": "완전연결층 {n}",
        "total": "전체 파라미터 합계",
        "title": "2. AlexNet 파라미터 수동 계산",
    },
}


def name(row: Written, case: Case) -> str:
    """How the report calls a layer."""
    words, kind = _NAMES[case.language], "conv" if row.layer.kernel else "fc"
    return words[kind].format(n=row.layer.name.removeprefix(kind))


def working(row: Written, times: str = _TIMES, power: str = "^{}") -> str:
    """Factors and bias in one way of writing."""
    factors = [f.replace("^2", power.format(2)) for f in row.factors]
    return times.join(factors) + (f" + {row.bias}" if row.bias is not None else "")


def line(row: Written, case: Case, **how: str) -> str:
    """Name, working and number."""
    return f"{name(row, case)}: {working(row, **how)} = {row.value}"


def summed(case: Case, *, breaks: str, grouped: bool = False) -> str:
    """The sum of the rows, over two lines."""
    if case.written_total is None:
        return ""
    values = [f"{row.value:,}" if grouped else str(row.value) for row in case.rows]
    total = f"{case.written_total:,}" if grouped else str(case.written_total)
    half = len(values) // 2 + 1
    return (
        f"{_NAMES[case.language]['total']}: {' + '.join(values[:half])}{breaks} + {' + '.join(values[half:])} = {total}"
    )


def _lines(case: Case, **how: str) -> str:
    rows = "".join(f"<p>{line(row, case, **how)}</p>" for row in case.rows)
    return f"{rows}<p>{summed(case, breaks='<br>')}</p>"


def _bracket(row: Written) -> str:
    """(11 × 11 × 3 + 1) × 64, for a row with a bias."""
    *inner, last = row.factors
    squared = [part for factor in inner for part in ([factor[:-2]] * 2 if factor.endswith("^2") else [factor])]
    return f"({_TIMES.join(squared)} + 1) × {last}" if row.bias is not None else _TIMES.join([*squared, last])


def _brackets(case: Case) -> str:
    rows = "".join(f"<p>{name(row, case)} = {_bracket(row)} = {row.value:,}</p>" for row in case.rows)
    return f"{rows}<p>{summed(case, breaks='<br>', grouped=True)}</p>"


def _separators(case: Case) -> str:
    rows = "".join(f"<p>{name(row, case)}: {working(row)} = {row.value:,}</p>" for row in case.rows)
    return f"{rows}<p>{summed(case, breaks='<br>', grouped=True)}</p>"


def _mono(case: Case) -> str:
    rows = "\n".join(line(row, case, times="*", power="**{}") for row in case.rows)
    return f'<pre class="mono">{rows}\n{summed(case, breaks=chr(10))}</pre>'


def _table(case: Case, *, style: str = "") -> str:
    cells = "".join(
        f"<tr><td>{name(row, case)}</td><td>{working(row, power='<sup>{}</sup>')}</td><td>{row.value:,}</td></tr>"
        for row in case.rows
    )
    last = f"<tr><td>{_NAMES[case.language]['total']}</td><td></td><td>{case.written_total:,}</td></tr>"
    return f'<table class="{style}"><tr><th>Layer</th><th>Calculation</th><th>Parameters</th></tr>{cells}{last}</table>'


def _numbers(case: Case) -> str:
    cells = "".join(f"<tr><td>{name(row, case)}</td><td>{row.value:,}</td></tr>" for row in case.rows)
    return f"<table>{cells}</table><p>{summed(case, breaks='<br>', grouped=True)}</p>"


def _blocks(case: Case) -> str:
    parts = []
    for row in case.rows:
        weights = working(Written(row.layer, row.factors, None, 0))
        parts.append(
            f"<h4>{name(row, case)}</h4><p>Weights: {weights} = {row.layer.weights}</p><p>Biases: {row.bias}</p>"
            f"<p>Parameters: {row.layer.weights} + {row.bias} = {row.value}</p>"
        )
    return "".join(parts) + f"<p>{summed(case, breaks='<br>')}</p>"


def _list(case: Case) -> str:
    rows = "".join(f"<li>{line(row, case, power='<sup>{}</sup>')}</li>" for row in case.rows)
    return f"<ul>{rows}</ul><p>{summed(case, breaks='<br>')}</p>"


def _pairs(case: Case) -> str:
    texts = [line(row, case, times="*", power="^{}") for row in case.rows]
    rows = "".join(f"<p>{', '.join(texts[at : at + 2])}</p>" for at in range(0, len(texts), 2))
    return f"{rows}<p>{summed(case, breaks='<br>')}</p>"


def _steps(case: Case) -> str:
    rows = ""
    for row in case.rows:
        first = working(row, power="<sup>{}</sup>")
        rows += f"<p>{name(row, case)}: {first} = {row.layer.weights} + {row.bias} = {row.value}</p>"
    return f"{rows}<p>{summed(case, breaks='<br>')}</p>"


_WIDE = str.maketrans("0123456789+=()", "０１２３４５６７８９＋＝（）")


def _full_width(case: Case) -> str:
    texts = {name(row, case): f"{working(row, power='²')} = {row.value}".translate(_WIDE) for row in case.rows}
    rows = "".join(f"<p>{words}：{text}</p>" for words, text in texts.items())
    return f"{rows}<p>{summed(case, breaks='<br>')}</p>"


def _unnamed(case: Case) -> str:
    rows = "".join(f"<p>{working(row, power='<sup>{}</sup>')} = {row.value}</p>" for row in case.rows)
    return f"{rows}<p>{summed(case, breaks='<br>')}</p>"


HTML: Mapping[str, Callable[[Case], str]] = {
    "sup": lambda case: _lines(case, power="<sup>{}</sup>"),
    "unicode": lambda case: _lines(case, power="²"),
    "caret": lambda case: _lines(case, times=" x ", power="^{}"),
    "stars": lambda case: _lines(case, times="*", power="**{}"),
    "mono": _mono,
    "brackets": _brackets,
    "separators": _separators,
    "table": _table,
    "unruled": lambda case: _table(case, style="bare"),
    "numbers": _numbers,
    "blocks": _blocks,
    "list": _list,
    "pairs": _pairs,
    "steps": _steps,
    "fullwidth": _full_width,
    "unnamed": _unnamed,
}


def _in_tex(row: Written) -> str:
    return working(row, times=r" \times ", power="^{{{}}}")


def _tex_line(row: Written, equals: str = "=") -> str:
    return rf"\text{{{row.layer.name}: }} {_in_tex(row)} {equals} {row.value}"


def _tex(case: Case) -> str:
    rows = "\n".join(f"$${_tex_line(row)}$$" for row in case.rows)
    words, _, sums = summed(case, breaks=r" \\ &").partition(":")
    return rf"{rows} $$\begin{{aligned}} \text{{{words}: }} & {sums} \end{{aligned}}$$"


def _align(case: Case) -> str:
    rows = "\\\\\n".join(_tex_line(row, "&=") for row in case.rows)
    words, _, sums = summed(case, breaks=r"$ \\ $").partition(":")
    return rf"\begin{{align}} {rows} \end{{align}} \noindent {words}: ${sums}$"


def _tex_table(case: Case) -> str:
    end = r" \\ \hline"
    rows = [f"{row.layer.name} & ${_in_tex(row)}$ & {row.value:,}{end}" for row in case.rows]
    rows = [rf"\hline Layer & Calculation & Parameters{end}", *rows, f"Total & & {case.written_total:,}{end}"]
    return "\n".join([r"\begin{tabular}{|l|l|r|}", *rows, r"\end{tabular}"])


TEX: Mapping[str, Callable[[Case], str]] = {"tex": _tex, "align": _align, "textable": _tex_table}


def page(case: Case) -> str:
    """The whole report as HTML, with code, a tool's output and a claimed accuracy around the calculation."""
    frame = (HERE.parent / "page.html").read_text("utf-8")
    return frame.replace("@TITLE@", _NAMES[case.language]["title"]).replace("@BODY@", HTML[case.form](case))


def _latex(case: Case, folder: Path) -> bytes:
    frame = (HERE.parent / "page.tex").read_text("utf-8")
    (folder / "a.tex").write_text(frame.replace("@BODY@", TEX[case.form](case)), "utf-8")
    subprocess.run(["pdflatex", "-interaction=batchmode", "a.tex"], cwd=folder, check=True, capture_output=True)
    return (folder / "a.pdf").read_bytes()


def _chromium(html: str, folder: Path) -> bytes:
    (folder / "a.html").write_text(html, "utf-8")
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer", "--print-to-pdf=a.pdf"]
    subprocess.run(["chromium", *options, "a.html"], cwd=folder, check=True, capture_output=True)
    return (folder / "a.pdf").read_bytes()


def _office(html: str, folder: Path) -> bytes:
    (folder / "a.html").write_text(html, "utf-8")
    for kind, source in (("odt", "a.html"), ("pdf", "a.odt")):
        command = [
            "soffice",
            f"-env:UserInstallation=file://{folder}/profile",
            "--headless",
            "--convert-to",
            kind,
            source,
        ]
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return (folder / "a.pdf").read_bytes()


def _picture(html: str) -> bytes:
    """What a scanner makes: an image for each page."""
    drawn = pypdfium2.PdfDocument(weasyprint.HTML(string=html).write_pdf())
    images = [sheet.render(scale=1.2).to_pil().convert("L") for sheet in drawn]
    stream = io.BytesIO()
    images[0].save(stream, "PDF", save_all=True, append_images=images[1:], quality=40)
    return stream.getvalue()


def made(case: Case) -> bytes:
    """The case's PDF."""
    with tempfile.TemporaryDirectory() as place:
        match case.tool:
            case "latex":
                return _latex(case, Path(place))
            case "chromium":
                return _chromium(page(case), Path(place))
            case "office":
                return _office(page(case), Path(place))
            case "picture":
                return _picture(page(case))
    return bytes(weasyprint.HTML(string=page(case)).write_pdf())


def main(wanted: list[str]) -> None:
    """Write the PDFs of all cases, or of those that are named."""
    HERE.mkdir(exist_ok=True)
    for case in CASES:
        if not wanted or case.id in wanted:
            (HERE / f"{case.id}.pdf").write_bytes(made(case))
            print(case.id, (HERE / f"{case.id}.pdf").stat().st_size)


if __name__ == "__main__":
    main(sys.argv[1:])
