"""What a student's exception says, as a problem: its reason, its place in their files, bounded words."""

from __future__ import annotations

import re
import traceback
import unicodedata
from dataclasses import dataclass
from types import FrameType, TracebackType

from grader.domain.problem import Fact, Problem
from grader.domain.reason import Reason
from grader.inside.student.limits import TimeUp, time_limit

MOST_TEXT = 300

_NO_GPU = re.compile(
    r"not compiled with CUDA|No CUDA GPUs are available|Found no NVIDIA driver|no CUDA-capable device"
    r"|torch\.cuda\.is_available\(\) is False|CUDA driver|not linked with support for cuda",
    re.IGNORECASE,
)
_DOWNLOADERS = frozenset({"load_state_dict_from_url", "download_url_to_file", "hf_hub_download", "from_pretrained"})


class StudentExit(SystemExit):
    """Raised in place of `os._exit`, so that the line that called it can be named."""


@dataclass(frozen=True)
class Folder:
    """Where the submission lies; `root` is absolute and ends with a separator."""

    root: str

    def relative(self, filename: object) -> str | None:
        """The path of a file of the submission, None for any other file."""
        if not isinstance(filename, str) or not filename.startswith(self.root):
            return None
        return filename[len(self.root) :]

    def of_frame(self, frame: FrameType | None) -> tuple[str, int] | None:
        """The innermost place in the submission from this frame outwards."""
        while frame is not None:
            path = self.relative(frame.f_code.co_filename)
            if path is not None:
                return path, frame.f_lineno
            frame = frame.f_back
        return None

    def of_error(self, error: BaseException) -> tuple[str | None, int | None]:
        """The innermost place in the submission that an exception came through."""
        place: tuple[str | None, int | None] = (None, None)
        for step in _steps(error):
            path = self.relative(step.tb_frame.f_code.co_filename)
            if path is not None:
                place = path, step.tb_lineno
        return place


def printable(text: object, most: int = MOST_TEXT) -> str:
    """Text on one line without control and direction characters, cut to a length."""
    if not isinstance(text, str):
        return ""
    plain = str.encode(text[: 20 * most], "utf-8", "replace").decode("utf-8")
    kept = "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in plain)
    kept = " ".join("".join(c for c in kept if unicodedata.category(c) != "Cf").split())
    return kept if len(kept) <= most else kept[: most - 1] + "…"


def name_of(kind: type) -> str:
    """A class's name, whatever its metaclass says."""
    return printable(type.__dict__["__name__"].__get__(kind), 80) or "?"


def words_of(error: BaseException) -> str:
    """The exception's own message; empty when asking for it fails or takes longer than a second."""
    try:
        with time_limit(1.0):
            text = str(error)
    except BaseException:
        return ""
    return printable(text)


def problem_of(error: BaseException, folder: Folder, otherwise: Reason, **facts: Fact) -> Problem:
    """The problem that an exception means; `otherwise` when nothing more exact is known of it."""
    file, line = folder.of_error(error)
    if isinstance(error, SyntaxError):
        return syntax_problem(error, folder, fallback=file)
    reason, known = _exact(error, folder)
    if reason is not None:
        return Problem(reason, file, line, facts=known)
    kind = SystemExit if isinstance(error, StudentExit) else type(error)
    return Problem(otherwise, file, line, facts={**facts, "error": name_of(kind), "detail": words_of(error)})


def timeout_problem(error: TimeUp, folder: Folder, reason: Reason, seconds: float) -> Problem:
    """The soft limit that was reached, and the student's line that was running."""
    file, line = folder.of_error(error)
    return Problem(reason, file, line, facts={"seconds": round(seconds, 1)})


_PYTHON2 = re.compile(
    r"Missing parentheses in call to|multiple exception types must be parenthesized|leading zeros in decimal integer",
)
_PYTHON2_LINE = re.compile(
    r"^\s*(print\s+[\"'\w]|exec\s+[\"']|raise\s+\w+\s*,|except\s+\w+\s*,\s*\w+\s*:)|<>|\bur['\"]",
)


def syntax_problem(error: SyntaxError, folder: Folder, fallback: str | None = None) -> Problem:
    """Where a file stops being Python; Python 2 is told apart."""
    file = folder.relative(error.filename) or fallback
    detail = printable(error.msg)
    old = bool(_PYTHON2.search(detail)) or bool(_PYTHON2_LINE.search(error.text or ""))
    reason = Reason.PYTHON2 if old else Reason.SYNTAX_ERROR
    return Problem(reason, file, _whole(error.lineno), _whole(error.offset), {"detail": detail})


def _whole(number: object) -> int | None:
    return number if type(number) is int and number > 0 else None


def _steps(error: BaseException) -> list[TracebackType]:
    steps: list[TracebackType] = []
    step = error.__traceback__
    while step is not None and len(steps) < 5_000:
        steps.append(step)
        step = step.tb_next
    return steps


def _exact(error: BaseException, folder: Folder) -> tuple[Reason | None, dict[str, Fact]]:
    """A reason that says more than the exception's name, with the facts of its own sentence."""
    if isinstance(error, ImportError):
        return _import_failure(error, folder)
    if any(step.tb_frame.f_code.co_name in _DOWNLOADERS for step in _steps(error)):
        return Reason.PRETRAINED, {"detail": words_of(error)}
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return Reason.MISSING_FILE, {"path": printable(_filename(error))}
    if isinstance(error, AssertionError | RuntimeError) and _NO_GPU.search(words_of(error)):
        return Reason.NEEDS_GPU, {}
    if isinstance(error, NotImplementedError) and _raised_by_student(error, folder):
        return Reason.NOT_WRITTEN, {"detail": words_of(error) or "NotImplementedError"}
    return None, {}


def _raised_by_student(error: BaseException, folder: Folder) -> bool:
    """Whether the innermost frame is the student's own; torch raises NotImplementedError for other causes."""
    steps = _steps(error)
    return bool(steps) and folder.relative(steps[-1].tb_frame.f_code.co_filename) is not None


def _import_failure(error: ImportError, folder: Folder) -> tuple[Reason | None, dict[str, Fact]]:
    name = printable(error.name, 80)
    if "relative import" in words_of(error):
        return Reason.RELATIVE_IMPORT, {"module": _relative_target(error, folder) or name}
    if not isinstance(error, ModuleNotFoundError) or not name:
        return None, {}
    top = name.partition(".")[0]
    if _looks_local(top):
        return Reason.MISSING_MODULE, {"module": name}
    return Reason.MISSING_PACKAGE, {"package": top}


_LOCAL_NAMES = re.compile(
    r"^(my_|hw|homework|lab\d|week|ex\d)|(^|_)(model|models|net|nets|network|utils?|helpers?|config|data|dataset|train|eval"
    r"|layers?|common|lib|src|alexnet|lenet|vgg|resnet|mnist|cifar10?)\d*$",
    re.IGNORECASE,
)


def _looks_local(name: str) -> bool:
    """Names that students give to files of their own, and no package to be installed has."""
    return bool(_LOCAL_NAMES.search(name))


def _relative_target(error: ImportError, folder: Folder) -> str:
    for step in reversed(_steps(error)):
        if folder.relative(step.tb_frame.f_code.co_filename) is None:
            continue
        line = traceback.extract_tb(step, limit=1)[0].line or ""
        found = re.match(r"\s*from\s+(\.[\w.]*)", line)
        return found.group(1) if found else ""
    return ""


def _filename(error: OSError) -> object:
    name = error.filename
    if isinstance(name, bytes):
        return name.decode("utf-8", "replace")
    return name if isinstance(name, str) and name else words_of(error)
