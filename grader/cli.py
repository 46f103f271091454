"""The `grader` command: what a person types, and the exit code that comes back.

Nothing heavy is imported before a command needs it: `grader --help` answers at once.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from grader.errors import EXIT_OK, GraderError

_EXIT_INTERRUPTED = 130

app = typer.Typer(
    name="grader",
    help="Grades convolutional-network homework: runs it behind walls, measures it, renders a report.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
    no_args_is_help=True,
)
data_app = typer.Typer(help="Data sets.", rich_markup_mode=None, no_args_is_help=True)
app.add_typer(data_app, name="data")

Slug = Annotated[str, typer.Argument(metavar="ASSIGNMENT", help="hw4, or a folder with --trust.")]
Trust = Annotated[bool, typer.Option("--trust", help="Run the checks.py of an assignment folder of your own.")]
Jobs = Annotated[int, typer.Option("--jobs", min=0, help="Submissions at a time; 0: one for each core.")]
Device = Annotated[str, typer.Option("--device", help="auto, cpu or cuda.")]
Seed = Annotated[int, typer.Option("--seed", min=0, help="Seed of building and training.")]
Data = Annotated[Path | None, typer.Option("--data", help="Folder of prepared data sets.")]
Lang = Annotated[str, typer.Option("--lang", help="Language of the reports.")]
Out = Annotated[Path, typer.Option("--out", help="Folder for gradebook, reports and evidence.")]


@app.command()
def demo(
    out: Out = Path("demo-out"), jobs: Jobs = 0, device: Device = "auto", seed: Seed = 0, data: Data = None
) -> None:
    """Grade the bundled class of HW4 and say where the reports are."""
    from grader.commands.demo import run_demo

    raise typer.Exit(run_demo(out, jobs=jobs, device=device, seed=seed, data=data))


@app.command()
def grade(
    assignment: Slug,
    submissions: Annotated[Path, typer.Argument(help="Each folder, archive, .py or .ipynb in it is one submission.")],
    out: Out,
    jobs: Jobs = 0,
    device: Device = "auto",
    seed: Seed = 0,
    only: Annotated[list[str] | None, typer.Option("--only", help="A question (q2) or a student; repeatable.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Collect all evidence anew.")] = False,
    retry: Annotated[bool, typer.Option("--retry", help="Collect again what a busy machine may have spoilt.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say how many are new and stop.")] = False,
    roster: Annotated[
        Path | None, typer.Option("--roster", help="A CSV file of the class: ids, names, e-mails, logins.")
    ] = None,
    data: Data = None,
    lang: Lang = "en",
    trust: Trust = False,
    unsafe_no_sandbox: Annotated[
        bool, typer.Option("--unsafe-no-sandbox", help="Run student code without walls, with your own rights.")
    ] = False,
) -> None:
    """Grade a class: collect, score, publish. Stopped and started again, it goes on where it was."""
    from grader.commands.grade import GradeOptions, run_grade
    from grader.session import Options

    options = GradeOptions(
        Options(assignment, out, trust=trust, device=device, seed=seed, data=data, walls=not unsafe_no_sandbox),
        submissions,
        only=tuple(only or ()),
        force=force,
        retry=retry,
        dry_run=dry_run,
        jobs=jobs,
        lang=lang,
        roster=roster,
    )
    raise typer.Exit(run_grade(options))


@app.command()
def rescore(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The --out folder of an earlier grade.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the differences and stop.")] = False,
    lang: Lang = "en",
    trust: Trust = False,
) -> None:
    """Score and publish again from stored evidence and review.csv; nobody's code is run."""
    from grader.commands.rescore import run_rescore

    raise typer.Exit(run_rescore(folder, dry_run=dry_run, lang=lang, trust=trust))


@app.command()
def check(
    assignment: Slug,
    path: Annotated[Path, typer.Argument(help="Your folder, .zip, .py or .ipynb.")],
    json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
    html: Annotated[Path | None, typer.Option("--html", help="Write the report as a web page to this file.")] = None,
    pdf: Annotated[Path | None, typer.Option("--pdf", help="Write the report as a PDF to this file.")] = None,
    only: Annotated[list[str] | None, typer.Option("--only", help="A question, e.g. q2; repeatable.")] = None,
    device: Device = "auto",
    seed: Seed = 0,
    data: Data = None,
    lang: Lang = "en",
    trust: Trust = False,
) -> None:
    """Check your own work before you hand it in: the public checks."""
    from grader.commands.check import CheckOutput, run_check
    from grader.session import Options

    options = Options(
        assignment, Path("."), trust=trust, device=device, seed=seed, data=data, questions=tuple(only or ())
    )
    raise typer.Exit(run_check(options, path, CheckOutput(json=json, html=html, pdf=pdf, lang=lang)))


@app.command()
def doctor(data: Data = None) -> None:
    """Say what this machine has: walls with self-attacks, fonts, GPU, data sets, versions."""
    from grader.commands.doctor import run_doctor

    raise typer.Exit(run_doctor(data))


@app.command()
def models() -> None:
    """List the reference networks with parameters, MACs, source and the lecture's number."""
    from grader.commands.models import run_models

    raise typer.Exit(run_models())


@app.command()
def inspect(
    path: Annotated[Path, typer.Argument(metavar="FILE_OR_DIR", help="A .py, .ipynb, .zip or folder.")],
    given: Annotated[str, typer.Option("--input", help="Input without batch, 3,224,224; else searched.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    jobs: Jobs = 0,
    lang: Lang = "en",
) -> None:
    """Find every network in any file, notebook or folder, and measure it."""
    from grader.commands.inspect import run_inspect

    raise typer.Exit(run_inspect(path, given=given, as_json=as_json, jobs=jobs, lang=lang))


@data_app.command("prepare")
def prepare(
    name: Annotated[str, typer.Argument(help="mnist")],
    source: Annotated[Path | None, typer.Option("--from", help="Folder with the four idx .gz files.")] = None,
    download: Annotated[bool, typer.Option("--download", help="Fetch them with torchvision's downloader.")] = False,
    data: Data = None,
) -> None:
    """Make a data set ready once; later commands use it."""
    from grader.commands.data import run_prepare

    raise typer.Exit(run_prepare(name, source=source, download=download, data=data))


def main() -> None:
    """Run the command; a person's error is one line, never a traceback."""
    try:
        app()
    except GraderError as error:
        print(f"grader: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        print("grader: stopped; what was collected so far is kept", file=sys.stderr)
        sys.exit(_EXIT_INTERRUPTED)
    except BrokenPipeError:
        sys.exit(EXIT_OK)


if __name__ == "__main__":
    main()
