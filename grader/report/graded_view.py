"""How a result came about: versions, device, seed, walls, data, files, and the command to get it again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from grader.domain.measurement import Provenance
from grader.report.catalogue import Catalogue
from grader.report.material import Material
from grader.report.numbers import count, seconds
from grader.report.page_types import Fact, FileLine, Graded
from grader.report.safe_text import safe_line

_NAMES = ("grader", "python", "torch", "torchvision", "thop", "device", "seed", "dataset")
_MOST_FILES = 10
_HASH = 12


def graded_view(material: Material) -> Graded:
    """The last box of a student's report."""
    grade, catalogue = material.grade, material.catalogue
    found = material.files()
    files = found.files if found else ()
    more = len(files) - _MOST_FILES
    revision = catalogue.text("graded.revision", slug=grade.assignment, revision=grade.revision[:_HASH])
    facts = [Fact(catalogue.text("graded.assignment"), revision), *environment_facts(grade.environment, catalogue)]
    spent = sum(value for name, value in grade.timings.items() if name.endswith("_wall_s"))
    if spent:
        facts.append(Fact(catalogue.text("graded.time"), seconds(spent)))
    facts.append(Fact(catalogue.text("graded.submission"), grade.submission.sha256[:_HASH]))
    return Graded(
        facts=tuple(facts),
        remarks=tuple(_remarks(material)),
        files=tuple(
            FileLine(safe_line(file.path, 60), file.sha256, catalogue.text("graded.bytes", size=count(file.size)))
            for file in files[:_MOST_FILES]
        ),
        more_files=catalogue.text("graded.more", count=more) if more > 0 else "",
        repeat=f"grader check {grade.assignment} . --seed {grade.environment.get('seed', '0')}",
    )


def environment_facts(environment: Mapping[str, str], catalogue: Catalogue) -> Iterator[Fact]:
    """Versions and settings in words."""
    for name in _NAMES:
        if name in environment:
            yield Fact(catalogue.text(f"graded.{name}"), safe_line(environment[name], 60))
    level = environment.get("jail")
    if level:
        known = f"level.{level}"
        shown = catalogue.text(known) if known in catalogue.words else safe_line(level, 20)
        yield Fact(catalogue.text("graded.jail"), shown)


def _remarks(material: Material) -> Iterator[str]:
    """What every reader has to know about data and numbers."""
    grade, catalogue = material.grade, material.catalogue
    datasets = {accuracy.dataset for accuracy in grade.accuracy.values()}
    for name in sorted(datasets):
        if "digits" in name.lower():
            yield catalogue.text("remark.digits", dataset=safe_line(name, 60))
    told = [network.provenance for network in grade.networks.values()]
    told += [accuracy.provenance for accuracy in grade.accuracy.values()]
    if Provenance.REPORTED in told:
        yield catalogue.text("remark.reported")
    yield catalogue.text("remark.conventions")
