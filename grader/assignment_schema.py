"""The form of assignment.toml and collect.toml, and errors that name file, key, value and rule."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from grader.domain.assignment import Budget, CheckSpec, Probe, Question, RubricSpec, Selector
from grader.domain.status import Visibility
from grader.errors import AssignmentError

Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,60}$")]
QuestionId = Annotated[str, Field(pattern=r"^q[0-9]{1,3}$")]
Points = Annotated[float, Field(ge=0, le=10_000, multiple_of=0.01, allow_inf_nan=False)]
Seconds = Annotated[float, Field(gt=0, le=86_400, allow_inf_nan=False)]
Title = Annotated[str, Field(min_length=1, max_length=200)]

Model = TypeVar("Model", bound=BaseModel)

_RULES = {
    "missing": "a value",
    "extra_forbidden": "no such key",
    "string_type": "text",
    "string_pattern_mismatch": "lower-case letters, digits and _, questions q1, q2, ...",
    "string_too_short": "text that is not empty",
    "float_type": "a number",
    "float_parsing": "a number",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "list_type": "a list",
    "tuple_type": "a list",
    "dict_type": "a table",
    "model_type": "a table",
    "model_attributes_type": "a table",
    "multiple_of": "at most two decimals",
    "finite_number": "a finite number",
}


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class _Check(_Strict):
    id: Identifier
    points: Points
    visibility: Literal["public", "hidden"] = "public"
    requires: list[Identifier] = []


class _Rubric(_Strict):
    id: Identifier
    title: Title
    points: Points
    guide: str = ""
    headings: list[Title] = []


class _Question(_Strict):
    id: QuestionId
    title: Title
    subtitle: str = ""
    points: Points
    bonus: bool = False
    text: str = ""
    checks: list[_Check] = []
    rubric: list[_Rubric] = []

    def to_domain(self) -> Question:
        """The question without pydantic."""
        checks = [CheckSpec(c.id, c.points, Visibility(c.visibility), tuple(c.requires)) for c in self.checks]
        rubric = [RubricSpec(r.id, r.title, r.points, r.guide, tuple(r.headings)) for r in self.rubric]
        return Question(
            id=self.id,
            title=self.title,
            subtitle=self.subtitle,
            points=self.points,
            bonus=self.bonus,
            checks=tuple(checks),
            rubric=tuple(rubric),
            text=self.text.strip(),
        )


class _Head(_Strict):
    slug: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,60}$")]
    course: Title
    title: Title
    points: Points
    pass_share: Annotated[float, Field(ge=0, le=1)] = 0.6


class QuestionsFile(_Strict):
    """assignment.toml."""

    assignment: _Head
    questions: Annotated[list[_Question], Field(min_length=1)]


class _Selector(_Strict):
    declared: Title
    names: list[Title] = []
    input_channels: Annotated[int, Field(ge=1, le=4096)] | None = None
    outputs: Annotated[int, Field(ge=1, le=1_000_000)] | None = None

    def to_domain(self) -> Selector:
        """The selector without pydantic."""
        return Selector(self.declared, tuple(self.names), self.input_channels, self.outputs)


class _Budget(_Strict):
    epochs: Annotated[int, Field(ge=0, le=10_000)]
    seconds: Seconds


class _Probe(_Strict):
    name: Identifier
    kind: Literal["files", "network", "training"]
    question: QuestionId | Literal[""] = ""
    selector: _Selector | None = None
    input_shape: Annotated[list[Annotated[int, Field(ge=1, le=65_536)]], Field(max_length=4)] = []
    build_arguments: dict[str, int] = {}
    import_s: Seconds = 8.0
    build_s: Seconds = 8.0
    forward_s: Seconds = 10.0
    budgets: dict[Identifier, _Budget] = {}
    snapshots: Annotated[int, Field(ge=0, le=64)] = 0

    def to_domain(self) -> Probe:
        """The probe without pydantic."""
        return Probe(
            name=self.name,
            kind=self.kind,
            question=self.question,
            selector=self.selector.to_domain() if self.selector else None,
            input_shape=tuple(self.input_shape),
            build_arguments=dict(self.build_arguments),
            import_s=self.import_s,
            build_s=self.build_s,
            forward_s=self.forward_s,
            budgets={name: Budget(budget.epochs, budget.seconds) for name, budget in self.budgets.items()},
            snapshots=self.snapshots,
        )


class CollectFile(_Strict):
    """collect.toml."""

    probes: Annotated[list[_Probe], Field(min_length=1)]


def validated(model: type[Model], table: dict[str, Any], place: str) -> Model:
    """The table as a model.

    Raises:
        AssignmentError: names every key that is not as it should be, five at most.
    """
    try:
        found = model.model_validate(table)
    except ValidationError as error:
        told = [_told(each, table) for each in error.errors()]
        more = f"; and {len(told) - 5} more" if len(told) > 5 else ""
        raise AssignmentError(f"{place}: {'; '.join(told[:5])}{more}") from None
    if isinstance(found, CollectFile):
        _check_probes(found, place)
    return found


def _told(error: Any, table: dict[str, Any]) -> str:
    """One error: key, value in quotes, rule. Things in lists go by their id or name."""
    key = _key(error["loc"], table)
    kind = error["type"]
    if kind == "missing":
        return f"{key} is missing, want a value"
    if kind == "extra_forbidden":
        return f'"{key}" is no key of this file'
    rule = _RULES.get(kind) or error["msg"].removeprefix("Input should be ").replace("Value error, ", "")
    return f'{key} is "{str(error["input"])[:60]}", want {rule}'


def _key(path: tuple[int | str, ...], table: Any) -> str:
    words: list[str] = []
    for step in path:
        table = _inner(table, step)
        name = table.get("id", table.get("name")) if isinstance(table, dict) else None
        words.append(f"{step}" if isinstance(step, str) else f"{name}" if isinstance(name, str) else f"{step + 1}")
    return ".".join(words)


def _inner(table: Any, step: int | str) -> Any:
    if isinstance(table, dict):
        return table.get(step)
    return table[step] if isinstance(table, list) and isinstance(step, int) and step < len(table) else None


def _check_probes(file: CollectFile, place: str) -> None:
    readers = [probe.name for probe in file.probes if probe.kind == "files"]
    if len(readers) != 1 or file.probes[0].kind != "files":
        raise AssignmentError(f'{place}: {len(readers)} probes are of kind "files", want one, and first')
    for probe in file.probes[1:]:
        lacking = [key for key in ("question", "selector", "input_shape") if not getattr(probe, key)]
        if probe.kind == "training" and not probe.budgets:
            lacking.append("budgets")
        if lacking:
            raise AssignmentError(f"{place}: probes.{probe.name}.{lacking[0]} is missing, want a value")
