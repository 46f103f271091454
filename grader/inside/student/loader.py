"""Runs a submission's files as modules, each by its path, and keeps what they define.

No file of a submission can stand in for a library: its folder is searched after
everything else. A file that stops half-way keeps what it had defined, and the
definitions below the stop are run one by one.
"""

from __future__ import annotations

import ast
import importlib.abc
import importlib.machinery
import importlib.util
import keyword
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import CodeType, ModuleType, TracebackType

from grader.domain.problem import Problem
from grader.domain.reason import Reason
from grader.inside.student.definitions import definitions, is_main_guard
from grader.inside.student.failure import Folder, StudentExit, problem_of, timeout_problem
from grader.inside.student.limits import Deadline, TimeUp, time_limit
from grader.inside.student.sources import Source

_DEFINITION_S = 2.0
"""Seconds for the definitions below the line where a file stopped."""

_FINAL = frozenset({Reason.IMPORT_TIMEOUT, Reason.EXITS_AT_IMPORT})
"""Stops after which no further cell of a notebook is run."""


@dataclass
class LoadedFile:
    """One file after it ran. `problem` is why it stopped; what it defined before is in `module` all the same."""

    source: Source
    module: ModuleType
    problem: Problem | None = None
    salvaged: frozenset[str] = frozenset()
    """Names that only exist because the definitions below the stop were run."""


@dataclass
class Loader:
    """Loads files on demand; an import between two files of a submission goes the same way."""

    folder: Folder
    sources: Mapping[str, Source]
    deadline: Deadline
    files: dict[str, LoadedFile] = field(default_factory=dict)

    def load(self, path: str) -> LoadedFile:
        """Run one file, once, and return what became of it."""
        found = self.files.get(path)
        if found is None:
            source = self.sources[path]
            module = _new_module(self.module_name(path), source)
            found = self.files[path] = LoadedFile(source, module, source.problem)
            sys.modules[module.__name__] = module
            if source.tree is not None:
                self._run(found, source.tree)
        return found

    def module_name(self, path: str) -> str:
        """The name a file's module gets: its own, unless a library has it or it is none."""
        *package, stem = path.removesuffix(".py").split("/")
        if "/".join([*package, "__init__.py"]) not in self.sources:
            package = []
        name = ".".join(package if stem == "__init__" and package else [*package, stem])
        if all(_is_name(part) for part in name.split(".")) and not _is_taken(name):
            return name
        return "submission_" + "".join(c if c.isalnum() and c.isascii() else "_" for c in path.removesuffix(".py"))

    def find(self, name: str) -> str | None:
        """The submission's file that an import of this name means."""
        tail = name.replace(".", "/")
        for ending in (f"{tail}.py", f"{tail}/__init__.py"):
            fitting = [path for path in self.sources if path == ending or path.endswith(f"/{ending}")]
            if fitting:
                return min(fitting, key=lambda path: (path.count("/"), path))
        return None

    def _run(self, file: LoadedFile, tree: ast.Module) -> None:
        """Run a file from its top; in a notebook the next cell goes on where one has failed."""
        for cell, body in file.source.cells:
            if file.problem is not None and file.problem.reason in _FINAL:
                self._run_definitions(file, tree, body)
                continue
            stop = self._run_part(file, tree, body)
            if stop is not None and file.problem is None:
                file.problem = stop if cell is None else replace(stop, facts={**stop.facts, "cell": cell})

    def _run_part(self, file: LoadedFile, tree: ast.Module, body: list[ast.stmt]) -> Problem | None:
        code = _compiled(ast.Module(body, []), file.source.filename, _future_flags(tree))
        stopped: BaseException
        try:
            with time_limit(self.deadline.left):
                exec(code, file.module.__dict__)  # noqa: S102
            self._run_definitions(file, tree, [node for node in body if is_main_guard(node)])
            return None
        except TimeUp as error:
            problem = timeout_problem(error, self.folder, Reason.IMPORT_TIMEOUT, self.deadline.seconds)
            stopped = error
        except BaseException as error:
            problem = _stop(error, self.folder)
            stopped = error
        self._run_definitions(file, tree, _below(body, _line_in(code, stopped.__traceback__)))
        return problem

    def _run_definitions(self, file: LoadedFile, tree: ast.Module, below: list[ast.stmt]) -> None:
        """Run what only defines in the part that did not run; each may fail for itself."""
        before = set(file.module.__dict__)
        flags = _future_flags(tree)
        for node in definitions(below):
            try:
                with time_limit(_DEFINITION_S):
                    code = _compiled(ast.Module([node], []), file.source.filename, flags)
                    exec(code, file.module.__dict__)  # noqa: S102
            except TimeUp:
                break
            except BaseException:  # noqa: S112
                # The first stop has been named; what depends on it cannot be had.
                continue
        file.salvaged |= frozenset(set(file.module.__dict__) - before)


class SubmissionFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Answers imports that nobody else could: with the submission's own files, folders as packages."""

    def __init__(self, loader: Loader) -> None:
        self._loader = loader

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """The spec of a file or folder of the submission."""
        found = self._loader.find(fullname)
        if found is not None:
            spec = importlib.machinery.ModuleSpec(fullname, self, is_package=found.endswith("/__init__.py"))
            spec.loader_state = found
            return spec
        if any(f"/{name}".startswith(f"/{fullname.replace('.', '/')}/") for name in self._loader.sources):
            return importlib.machinery.ModuleSpec(fullname, None, is_package=True)
        return None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        """The module after it ran: each file runs once, however many names it is imported by."""
        return self._loader.load(spec.loader_state).module

    def exec_module(self, module: ModuleType) -> None:
        """Nothing is left to do."""


def install(loader: Loader) -> None:
    """Let the submission's files import each other, after the standard library and all packages."""
    sys.meta_path.append(SubmissionFinder(loader))
    sys.dont_write_bytecode = True


def _compiled(tree: ast.Module, filename: str, flags: int = 0) -> CodeType:
    code: CodeType = compile(tree, filename, "exec", flags=flags, dont_inherit=True)
    return code


def _future_flags(tree: ast.Module) -> int:
    names = [a.name for n in tree.body if isinstance(n, ast.ImportFrom) and n.module == "__future__" for a in n.names]
    flags = 0
    for name in names:
        feature = getattr(__import__("__future__"), name, None)
        flags |= getattr(feature, "compiler_flag", 0)
    return flags


def _is_name(text: str) -> bool:
    return text.isidentifier() and not keyword.iskeyword(text)


def _is_taken(name: str) -> bool:
    """True when a library answers to this name, or our own code does."""
    if name in sys.modules or name.partition(".")[0] in ("grader", "__main__", *sys.stdlib_module_names):
        return True
    try:
        return importlib.machinery.PathFinder.find_spec(name.partition(".")[0]) is not None
    except (ImportError, ValueError):
        return True


def _below(body: list[ast.stmt], line: int) -> list[ast.stmt]:
    """The statements after the one at this line; an import that stopped is worth a second try."""
    starts = [min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))]) for node in body]
    stopped = max((i for i, start in enumerate(starts) if start <= line), default=0)
    again = isinstance(body[stopped], ast.Import | ast.ImportFrom)
    return body[stopped if again else stopped + 1 :]


def _new_module(name: str, source: Source) -> ModuleType:
    module = ModuleType(name)
    module.__file__ = source.filename
    module.__package__ = name.rpartition(".")[0]
    if source.path.endswith("__init__.py"):
        module.__package__, module.__path__ = name, []
    return module


def _line_in(code: CodeType, step: TracebackType | None) -> int:
    """The line of the file's outermost level that was running."""
    while step is not None:
        if step.tb_frame.f_code is code:
            return step.tb_lineno
        step = step.tb_next
    return 1


def _stop(error: BaseException, folder: Folder) -> Problem:
    """Why a file did not run to its end."""
    file, line = folder.of_error(error)
    if isinstance(error, StudentExit | SystemExit):
        return Problem(Reason.EXITS_AT_IMPORT, file, line)
    if isinstance(error, EOFError) and _reads_input(error):
        return Problem(Reason.INPUT_AT_IMPORT, file, line)
    return problem_of(error, folder, Reason.IMPORT_STOPPED)


def _reads_input(error: EOFError) -> bool:
    return "reading a line" in (error.args[0] if error.args and isinstance(error.args[0], str) else "")
