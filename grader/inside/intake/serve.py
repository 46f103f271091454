"""The intake's one call: raw files in, their tree and what they say out. Nothing is run."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace

from grader.domain.document import OUTPUT, Document
from grader.domain.evidence import Essay, FileFact, FilesPayload, SourceOutline
from grader.domain.problem import Problem
from grader.domain.reason import Reason
from grader.domain.sections import own_section
from grader.inside.context import Context, Handler
from grader.inside.intake.answers import MOST_BYTES, read_answers
from grader.inside.intake.decode import UNKNOWN, Decoded, decode_source, decode_text
from grader.inside.intake.document.docx import read_docx
from grader.inside.intake.document.essay_lines import as_markdown
from grader.inside.intake.document.pdf import read_pdf
from grader.inside.intake.document.text import text_document
from grader.inside.intake.essay import read_essay
from grader.inside.intake.kinds import NOTEBOOK, PYTHON, kind_of
from grader.inside.intake.names import EscapesError, OddNameError, entry_path
from grader.inside.intake.notebook import BrokenNotebookError, read_notebook
from grader.inside.intake.outline import outline
from grader.inside.intake.syntax import MOST_SOURCE, parse
from grader.inside.intake.tree import handed_on, open_tree, too_large
from grader.wire.frames import Frame

PRELOAD: tuple[str, ...] = (
    "zipfile",
    "tomllib",
    "nbformat",
    "nbformat.v4",
    "nbformat.v3",
    "IPython.core.inputtransformer2",
    "pypdfium2",
    "PIL.JpegImagePlugin",
    "grader.inside.intake.serve",
)

MOST_OUTLINES = 200
MOST_PROBLEMS = 200
MOST_TEXTS = 8
MOST_NOTEBOOK = 32 << 20
MOST_PARSED = 4 << 20
"""Source text that is parsed in all, that nearest to the top first; a copied library is not taken apart."""

MOST_CODE_IN_ALL = 1 << 20
"""The reply's header holds all outlines, and has a cap of its own."""

_ANSWERS = "answers.toml"
_ESSAYS = (".md", ".markdown", ".txt")


@dataclass
class _Found:
    """What reading one submission has come to so far."""

    tree: dict[str, bytes]
    problems: list[Problem] = field(default_factory=list)
    sources: list[SourceOutline] = field(default_factory=list)
    prose: dict[str, str] = field(default_factory=dict)
    """The text cells of each notebook."""
    printed: dict[str, str] = field(default_factory=dict)
    """The stored outputs of each notebook."""
    parsed: int = 0
    """Characters of source text so far."""


def read(frame: Frame, context: Context) -> Frame:
    """Handler of `read`: see docs/architecture.md for message and reply."""
    opened = open_tree(frame.blobs)
    facts = tuple(_fact(path, data) for path, data in sorted(opened.files.items()))
    found = _Found(dict(opened.files), list(opened.problems))
    for fact in sorted(facts, key=lambda fact: fact.path.count("/")):
        if fact.kind == PYTHON:
            _read_source(fact.path, found)
        elif fact.kind == NOTEBOOK:
            _read_notebook(fact.path, found)
    starter = {str(name): str(text) for name, text in frame.message.get("starter", {}).items()}
    answers = _read_answers(found)
    payload = FilesPayload(
        files=facts,
        sources=_fitting(found.sources),
        answers=answers,
        essay=_find_essay(found, starter),
        documents=_texts(found),
    )
    tree = handed_on(found.tree)
    payload = replace(payload, problems=(*found.problems, *tree.problems)[:MOST_PROBLEMS])
    return Frame(asdict(payload), tree.files)


def read_document(frame: Frame, context: Context) -> Frame:
    """Handler of `document`: one PDF, in a job of its own, whose limits are the document's own affair."""
    path = str(frame.message["path"])
    document, problems = read_pdf(path, frame.blobs[path])
    headings = {str(name): str(words) for name, words in frame.message["headings"].items()}
    part = own_section(document, headings, str(frame.message["essay"]))
    essay = None if part is None else read_essay(path, as_markdown(part), {})
    found = {"document": asdict(document), "essay": asdict(essay) if essay and not essay.empty else None}
    return Frame({**found, "problems": [asdict(problem) for problem in problems]})


HANDLERS: Mapping[str, Handler] = {"read": read, "document": read_document}


def _fact(path: str, data: bytes) -> FileFact:
    return FileFact(path, len(data), hashlib.sha256(data).hexdigest(), kind_of(path, data))


def _read_source(path: str, found: _Found) -> None:
    """A Python file: as UTF-8 into the tree, and its outline."""
    if len(found.tree[path]) > MOST_SOURCE:
        found.problems.append(too_large(path, len(found.tree[path]), MOST_SOURCE))
        return
    decoded = decode_source(found.tree[path])
    _note_encoding(path, decoded, found)
    found.tree[path] = decoded.text.encode("utf-8", "replace")
    _outline(path, decoded.text, found)


def _outline(path: str, text: str, found: _Found) -> None:
    """Add what a source text defines, or where it is no Python."""
    found.parsed += len(text)
    if found.parsed > MOST_PARSED:
        return
    parsed = parse(text, path)
    if parsed.tree is None:
        if parsed.problem is not None:
            found.problems.append(parsed.problem)
        return
    try:
        found.sources.append(outline(parsed.tree, path, text))
    except RecursionError:
        # What compiles may still be too deep to be written out again.
        found.problems.append(Problem(Reason.SYNTAX_ERROR, path, facts={"detail": "nested too deeply"}))


def _read_notebook(path: str, found: _Found) -> None:
    """A notebook: its script into the tree beside it, with an outline."""
    data = found.tree[path]
    if len(data) > MOST_NOTEBOOK:
        found.problems.append(too_large(path, len(data), MOST_NOTEBOOK))
        return
    try:
        notebook = read_notebook(decode_text(data).text, path)
    except BrokenNotebookError as error:
        found.problems.append(Problem(Reason.NOTEBOOK_BROKEN, path, facts={"detail": str(error)[:200]}))
        return
    found.problems.extend(notebook.problems)
    found.prose[path] = notebook.prose
    found.printed[path] = notebook.printed
    script = f"{path}.py"
    if script not in found.tree:
        found.tree[script] = notebook.script.encode("utf-8", "replace")
        _outline(script, notebook.script, found)
    for name, text in notebook.written.items():
        _write_beside(path, name, text, found)


def _write_beside(notebook: str, name: str, text: str, found: _Found) -> None:
    """What %%writefile would have made, where that is a new Python file in the submission."""
    folder = notebook.rpartition("/")[0]
    try:
        # The name by itself must not lead outside either: behind a folder, /x.py would look harmless.
        path = entry_path("/".join(filter(None, (folder, entry_path(name)))))
    except (EscapesError, OddNameError):
        return
    if path.endswith(".py") and path not in found.tree:
        found.tree[path] = text.encode("utf-8", "replace")
        _outline(path, text, found)


def _note_encoding(path: str, decoded: Decoded, found: _Found) -> None:
    if decoded.assumed or decoded.encoding == UNKNOWN:
        facts = {"file": path, "encoding": decoded.encoding}
        found.problems.append(Problem(Reason.ENCODING, path, facts=facts))


def _read_answers(found: _Found) -> dict[str, object] | None:
    path = _shallowest(found.tree, lambda name: name == _ANSWERS)
    if path is None:
        return None
    if len(found.tree[path]) > MOST_BYTES:
        found.problems.append(too_large(path, len(found.tree[path]), MOST_BYTES))
        return None
    decoded = decode_text(found.tree[path])
    _note_encoding(path, decoded, found)
    answers = read_answers(decoded.text, path)
    if answers.problem is not None:
        found.problems.append(answers.problem)
    return answers.table


def _find_essay(found: _Found, starter: Mapping[str, str]) -> Essay | None:
    """essay.md, else a text with essay in its name, else the only Markdown file, else a notebook's text cells."""
    texts = {path for path in found.tree if path.lower().endswith(_ESSAYS)}
    path = (
        _shallowest(texts, lambda name: name in {f"essay{suffix}" for suffix in _ESSAYS})
        or _shallowest(texts, lambda name: "essay" in name)
        or _only(path for path in texts if _is_prose(path))
    )
    if path is not None:
        decoded = decode_text(found.tree[path])
        _note_encoding(path, decoded, found)
        return read_essay(path, decoded.text[:MOST_SOURCE], starter)
    told = {path: text for path, text in found.prose.items() if text}
    if not told:
        return None
    return read_essay(min(told), "\n\n".join(told[path] for path in sorted(told)), starter)


def _texts(found: _Found) -> tuple[Document, ...]:
    """Markdown, plain text and the text cells of notebooks, line by line."""
    texts = {path: decode_text(data).text for path, data in found.tree.items() if _is_prose(path) or _is_note(path)}
    texts |= {path: text for path, text in found.prose.items() if text}
    kept = sorted(texts, key=lambda path: (path.count("/"), path))[:MOST_TEXTS]
    documents = [text_document(path, texts[path]) for path in kept]
    told = sorted(path for path, text in found.printed.items() if text.strip())
    documents += [text_document(path, found.printed[path], OUTPUT) for path in told[:MOST_TEXTS]]
    for path in sorted(path for path in found.tree if path.lower().endswith(".docx"))[:MOST_TEXTS]:
        document, problems = read_docx(path, found.tree[path])
        documents.append(document)
        found.problems.extend(problems)
    return tuple(documents)


def _is_note(path: str) -> bool:
    return path.lower().endswith(".txt") and "require" not in path.lower() and "readme" not in path.lower()


def _is_prose(path: str) -> bool:
    name = path.rsplit("/", 1)[-1].lower()
    return name.endswith((".md", ".markdown")) and not name.startswith("readme")


def _shallowest(paths: Iterable[str], wanted: Callable[[str], bool]) -> str | None:
    """The path with the fewest folders whose file name, in lower case, is wanted."""
    fitting = [path for path in paths if wanted(path.rsplit("/", 1)[-1].lower())]
    return min(fitting, key=lambda path: (path.count("/"), path), default=None)


def _only(paths: Iterable[str]) -> str | None:
    found = list(paths)
    return found[0] if len(found) == 1 else None


def _fitting(sources: list[SourceOutline]) -> tuple[SourceOutline, ...]:
    """The outlines, their code cut so that all of it fits."""
    left = MOST_CODE_IN_ALL
    kept = []
    for source in sources[:MOST_OUTLINES]:
        kept.append(replace(source, code=source.code[:left]))
        left -= len(kept[-1].code)
    return tuple(kept)
