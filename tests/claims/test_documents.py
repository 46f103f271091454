"""What documents add to answers.toml: calculations, tool output and metrics, in the right order of trust."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from grader.claims.documents import with_documents
from grader.claims.equations import find_equations
from grader.claims.hand import judge_hand
from grader.claims.printed import find_printed
from grader.claims.read import Claims, read_claims
from grader.domain.document import OUTPUT, Document, DocumentLine
from grader.domain.sections import own_section, section
from tests.documents.cases import LAYERS, PARAMS, TRUTHS, LayerRow


def document(*texts: str, kind: str = "text") -> Document:
    """Lines of one page."""
    return Document("hw4.md", kind, 1, tuple(DocumentLine(1, at, text) for at, text in enumerate(texts, 1)))


def parts(text: str) -> list[tuple[str, ...]]:
    """The calculations of a single line."""
    return [equation.parts for equation in find_equations(document(text))]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("conv1: 3 × 11^2 × 64 + 64 = 23296", ("3 * 11^2 * 64 + 64", "23296")),
        (r"$$\text{conv1: } 3 \times 11^{2} \times 64 + 64 = 23{,}296$$", ("3 * 11^{2} * 64 + 64", "23,296")),
        ("conv1 (11*11*3+1)*64 23,296", ("(11 * 11 * 3 + 1) * 64", "23,296")),
        ("conv1\t3x11x11x64+64\t23296", ("3 * 11 * 11 * 64 + 64", "23296")),
        ("params = 64(3*11*11 + 1) = 23296", ("64 * (3 * 11 * 11 + 1)", "23296")),
        ("１１×１１×３×６４＝２３２３２", ("11 * 11 * 3 * 64", "23232")),
        ("conv1: 23232 + 64 = 23296 parameters", ("23232 + 64", "23296")),
        ("Conv 4 : 384 × 3^2 × 256 + 256 = 884992\t(1)", ("384 * 3^2 * 256 + 256", "884992")),
        ("conv1: 3*11*11*64 + 64 ≈ 23296", ("3 * 11 * 11 * 64 + 64", "23296")),
    ],
)
def test_calculations_are_found_in_every_usual_form(text: str, found: tuple[str, ...]) -> None:
    """In one notation."""
    assert parts(text) == [found]


@pytest.mark.parametrize(
    "text",
    [
        "self.conv1 = nn.Conv2d(3, 64, kernel_size=11, stride=4)",
        "x = x.view(-1, 256 * 6 * 6)",
        "            Conv2d-1           [-1, 64, 55, 55]          23,296",
        "├─Conv2d: 1-1   [1, 64, 55, 55]   23,296",
        "Params size (MB): 173.43",
        "================================================================",
    ],
)
def test_code_and_tables_of_tools_are_no_calculations(text: str) -> None:
    """Their numbers are arguments and output."""
    assert [equation for equation in find_equations(document(text)) if equation.has_working or equation.label] == []


def test_sum_over_three_lines_is_one_calculation() -> None:
    """A sign at the end of a line, or at the start of the next, goes on."""
    lines = document("Total: 1 + 2 +", "3 + 4", "+ 5 = 15", "Done.")
    assert [equation.parts for equation in find_equations(lines)] == [("1 + 2 + 3 + 4 + 5", "15")]


def test_answers_toml_goes_first() -> None:
    """A document fills in what is not there."""
    told = read_claims({"q2": {"hand": {"conv1": "3*11^2*64+64 = 23296"}, "reported": {"params": 1}}}, "q2")
    claims = with_documents(
        told, [document("conv1: 1 + 1 = 2", f"conv2: {LAYERS[1].params}", "Parameters: 45463084.0")]
    )
    judged = {row.truth.name: row.claim.value for row in judge_hand(claims, TRUTHS, params=PARAMS).rows if row.claim}
    assert judged == {"conv1": 23296, "conv2": LAYERS[1].params}
    assert claims.reported.params is not None and claims.reported.params.value == 1


def test_stored_outputs_are_claims_and_no_work_of_hand() -> None:
    """What a notebook once printed stands for its tool and its training."""
    printed = document("conv1: 3*11*11*64+64 = 23296", "Accuracy: 98.96%", "FLOPS: 705535424.0", kind=OUTPUT)
    claims = with_documents(Claims(), [printed])
    assert claims.equations == ()
    assert claims.claimed == {"accuracy": pytest.approx(0.9896)}
    assert claims.reported.flops is not None and claims.reported.flops.value == 705535424


@pytest.mark.parametrize(
    ("text", "name", "number"),
    [
        ("Accuracy: 0.9932", "accuracy", "0.9932"),
        ("Test Set: Average loss: 0.0018, Accuracy: 99.32%", "accuracy", "99.32%"),
        ("準確率為 99.3 %", "accuracy", "99.3 %"),
        ("정확도: 99.3%", "accuracy", "99.3%"),
        ("Precision = 0.9932", "precision", "0.9932"),
        ("召回率：0.98", "recall", "0.98"),
        ("F1_score: 0.9931546440350664", "f1", "0.9931546440350664"),
        ("FLOPs: 0.71 GFLOPs", "flops", "0.71 GFLOPs"),
        ("MACs: 705.54M", "macs", "705.54M"),
        ("Total params: 45,463,084", "params", "45,463,084"),
        ("參數量：45463084", "params", "45463084"),
    ],
)
def test_printed_numbers_are_found_in_three_languages(text: str, name: str, number: str) -> None:
    """With the word before them."""
    assert (name, number) in [(found.name, found.text) for found in find_printed([document(text)])]


def test_last_metric_counts() -> None:
    """A report tells of its tries in their order."""
    claims = with_documents(Claims(), [document("ResNet18: accuracy = 98.96%", "CiresanNet, accuracy: 99.32%")])
    assert claims.claimed == {"accuracy": pytest.approx(0.9932)}


def test_section_without_its_heading_is_the_whole_document() -> None:
    """A number alone is no heading of a question."""
    lines = document("1. Introduction", "2. Parameters of AlexNet", "conv1: 1 + 1 = 2", "3. MNIST", "Accuracy: 0.9")
    headings = {"q1": "pros", "q2": "alexnet", "q3": "mnist"}
    assert [line.text for line in section(lines, headings, "q2").lines] == [
        "2. Parameters of AlexNet",
        "conv1: 1 + 1 = 2",
    ]
    assert section(lines, headings, "q1") == lines
    assert own_section(lines, headings, "q1") is None


def kernel(row: LayerRow) -> str:
    """The factors of one output, as students write them."""
    return f"{row.kernel}x{row.kernel}x{row.inputs}" if row.kernel else str(row.inputs)


def grouped(number: int) -> str:
    """23 296, as some countries write it."""
    return f"{number:,}".replace(",", " ")


WAYS: dict[str, Callable[[int, LayerRow], str]] = {
    "capital": lambda n, r: f"{r.name.capitalize()}: ({kernel(r)})x{r.outputs} + {r.outputs} = {r.params:,}",
    "weights_and_bias": lambda n, r: (
        f"{n}) {r.name}: {kernel(r)}x{r.outputs} = {r.weights} (weights), {r.outputs} (bias) → total {r.params}"
    ),
    "layer_number": lambda n, r: f"Layer {n}: {r.outputs} × ({kernel(r)} + 1) = {r.params:,} parameters",
    "chinese_number": lambda n, r: f"第{'一二三四五六七八'[n - 1]}層: ({kernel(r)})*{r.outputs}+{r.outputs}={r.params}",
    "square_brackets": lambda n, r: f"• {r.name} – [({kernel(r)}) + 1] × {r.outputs} = {r.params:,}",
    "columns": lambda n, r: f"{r.name}\t{r.kernel}x{r.kernel}\t{r.inputs}\t{r.outputs}\t{r.params:,}",
    "chinese_words": lambda n, r: f"{r.name} 的參數量 = {kernel(r)}*{r.outputs} + {r.outputs} = {r.params}",
    "blanks": lambda n, r: f"{r.name} W: {kernel(r)}x{r.outputs}={grouped(r.weights)}, sum={grouped(r.params)}",
    "counted_along": lambda n, r: (
        f"{'conv' if r.kernel else 'fc'}{n}: {kernel(r)}*{r.outputs}+{r.outputs} = {r.params}"
    ),
    "sentence": lambda n, r: f"Number of parameters in {r.name} = (({kernel(r)})+1)*{r.outputs} = {r.params}",
    "commas": lambda n, r: f"{r.name}, {kernel(r)}x{r.outputs}, {r.outputs}, {r.params}",
    "no_result": lambda n, r: f"{r.name} = {kernel(r)} * {r.outputs} + {r.outputs}",
    "function": lambda n, r: f"P({r.name}) = {r.params}",
    "three_lines": lambda n, r: f"{r.name}:\n({kernel(r)} + 1) × {r.outputs}\n= {r.params:,}",
    "sizes_first": lambda n, r: (
        f"{r.name}\nKernel {r.kernel}×{r.kernel}, output 27×27×{r.outputs}\n"
        f"Parameters = ({kernel(r)}+1)×{r.outputs} = {r.params}"
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_no_honest_line_is_called_wrong(way: str) -> None:
    """Fifteen ways to write a right calculation, in each of which every layer agrees."""
    lines = [line for n, row in enumerate(LAYERS, 1) for line in WAYS[way](n, row).split("\n")]
    claims = with_documents(Claims(), [document(*lines, f"Total = {PARAMS:,}")])
    judged = judge_hand(claims, TRUTHS, params=PARAMS)
    assert {row.truth.name: str(row.verdict) for row in judged.rows} == {row.name: "agrees" for row in LAYERS}
    assert judged.total.claim is not None and judged.total.claim.value == PARAMS
