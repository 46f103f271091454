"""An assignment as data: questions with their points, rubric items, and probes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from grader.domain.status import Visibility


@dataclass(frozen=True)
class CheckSpec:
    """One automatic check of a question: its function in checks.py has the name `id`."""

    id: str
    points: float
    visibility: Visibility = Visibility.PUBLIC
    requires: tuple[str, ...] = ()


@dataclass(frozen=True)
class RubricSpec:
    """One item that a human grades. `guide` is for the instructor only."""

    id: str
    title: str
    points: float
    guide: str = ""
    headings: tuple[str, ...] = ()
    """Where in the essay its answer stands: words of a heading, first the exact ones, then more general ones."""


@dataclass(frozen=True)
class Question:
    """A numbered part. Its points are the sum of its checks and rubric items."""

    id: str
    title: str
    subtitle: str
    points: float
    bonus: bool
    checks: tuple[CheckSpec, ...] = ()
    rubric: tuple[RubricSpec, ...] = ()
    text: str = ""
    """The question as the handout asks it."""


@dataclass(frozen=True)
class Selector:
    """How a class, factory or instance is found in free-form files, first rule that fits.

    declared: the name under [classes] in answers.toml at this key; then `names`
    in this order; then structure (input channels and outputs); then the last
    one defined.
    """

    declared: str
    names: tuple[str, ...] = ()
    input_channels: int | None = None
    outputs: int | None = None


@dataclass(frozen=True)
class Budget:
    """Training: epochs are the budget, seconds a cap that is named when it is reached.

    Without epochs nothing is trained, and the network is scored as it is built.
    """

    epochs: int
    seconds: float


@dataclass(frozen=True)
class Probe:
    """One thing to collect. `kind` is files, network or training.

    Seconds are soft limits inside the jail that name file and line; the jail's
    own limits lie a little above them. `budgets` is by data set name.
    """

    name: str
    kind: str
    question: str = ""
    selector: Selector | None = None
    input_shape: tuple[int, ...] = ()
    build_arguments: Mapping[str, int] = field(default_factory=dict)
    import_s: float = 8.0
    build_s: float = 8.0
    forward_s: float = 10.0
    budgets: Mapping[str, Budget] = field(default_factory=dict)
    snapshots: int = 0


@dataclass(frozen=True)
class AssignmentInfo:
    """All of an assignment that is data. `revision` is a hash over its files."""

    slug: str
    course: str
    title: str
    revision: str
    questions: tuple[Question, ...]
    probes: tuple[Probe, ...]
    expected: Mapping[str, object] = field(default_factory=dict)
    """expected.toml: never shown to a jail."""
    starter: Mapping[str, str] = field(default_factory=dict)
    """Texts of the starter's files by name, to tell a student's own words from ours."""
    pass_share: float = 0.6
    """A question or submission counts as passed from this share of its points."""

    @property
    def headings(self) -> dict[str, str]:
        """Words of each question's heading in a document, in the order of the questions."""
        tables = {question.id: self.expected.get(question.id) for question in self.questions}
        return {name: str(t["heading"]) for name, t in tables.items() if isinstance(t, Mapping) and "heading" in t}

    @property
    def essay_question(self) -> str:
        """The question that an essay answers in a document: the first that only a human can grade; empty for none."""
        return next(
            (question.id for question in self.questions if question.id in self.headings and question.rubric), ""
        )

    @property
    def max_score(self) -> float:
        """Sum of the points that are no bonus."""
        return sum(question.points for question in self.questions if not question.bonus)


@dataclass(frozen=True)
class ManualScore:
    """A human's line in review.csv: points for one rubric item, or for one check."""

    student_id: str
    question: str
    item: str
    points: float
    comment: str = ""
    reviewer: str = ""
