"""The intake's call as the parent makes it: frames in, frames out."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from grader.domain.evidence import FilesPayload
from grader.domain.reason import Reason
from grader.inside.context import Context
from grader.inside.intake import serve
from grader.inside.intake import tree as tree_module
from grader.inside.intake.serve import HANDLERS, PRELOAD
from grader.wire.frames import Frame, read_frame, write_frame

ROOT = Path(__file__).resolve().parents[3]
CODE = "import torch.nn as nn\nclass Net(nn.Module):\n    pass\n"


def intake(
    raw: Mapping[str, bytes], starter: Mapping[str, str] | None = None
) -> tuple[FilesPayload, Mapping[str, bytes]]:
    """Payload and tree, through the same bytes that cross the wall."""
    reply = HANDLERS["read"](Frame({"name": "ada", "starter": dict(starter or {})}, raw), Context(Path(".")))
    stream = io.BytesIO()
    write_frame(stream, reply)
    stream.seek(0)
    frame = read_frame(stream)
    return TypeAdapter(FilesPayload).validate_python(dict(frame.message)), frame.blobs


def reasons(payload: FilesPayload) -> list[tuple[str, str | None]]:
    """Reason and file of every problem."""
    return [(problem.reason, problem.file) for problem in payload.problems]


def zipped(files: Mapping[str, bytes]) -> bytes:
    """A zip archive."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return stream.getvalue()


FOLDER = {
    "hw4.py": CODE.encode(),
    "answers.toml": b'[q2.hand]\nconv1 = "1+1 = 2"\n',
    "essay.md": b"## Q1\n\nMy words.\n",
    "plot.png": b"\x89PNG",
}


def test_refused_archive_in_a_folder_has_one_reason() -> None:
    """It is refused, not also called an archive that was not opened."""
    payload, _ = intake({"hand-in/ada.zip": b"PK\x03\x04 cut"})
    assert reasons(payload) == [(Reason.ARCHIVE_REFUSED, "ada.zip")]


@pytest.mark.parametrize("packing", ["folder", "folder in a folder", "zip", "zip of a folder", "zip in a folder"])
def test_packing_plays_no_part(packing: str) -> None:
    """Folder, archive, and one common folder around it give the same payload and the same tree."""
    raw = {
        "folder": FOLDER,
        "folder in a folder": {f"hw4_ada/{name}": data for name, data in FOLDER.items()},
        "zip": {"ada.zip": zipped(FOLDER)},
        "zip of a folder": {"ada.zip": zipped({f"作業/{name}": data for name, data in FOLDER.items()})},
        "zip in a folder": {"hand-in/ada.zip": zipped(FOLDER)},
    }[packing]
    payload, tree = intake(raw)
    assert tree == FOLDER
    assert [(fact.path, fact.kind) for fact in payload.files] == [
        ("answers.toml", "toml"),
        ("essay.md", "markdown"),
        ("hw4.py", "python"),
        ("plot.png", "other"),
    ]
    assert payload.files[2].sha256 == hashlib.sha256(CODE.encode()).hexdigest()
    assert [source.path for source in payload.sources] == ["hw4.py"] and payload.sources[0].code == CODE
    assert payload.answers == {"q2": {"hand": {"conv1": "1+1 = 2"}}}
    assert payload.essay is not None and payload.essay.answers == {"Q1": "My words."}
    assert payload.problems == ()


def test_refused_archive_is_a_file_and_a_reason() -> None:
    """Nothing of it comes out; the archive itself is listed and its name stands with the reason."""
    raw = {"ada.zip": zipped({"hw4.py": b"x", "../evil.py": b"y"})}
    payload, tree = intake(raw)
    assert reasons(payload) == [(Reason.ARCHIVE_ESCAPES, "ada.zip")]
    assert [(fact.path, fact.kind) for fact in payload.files] == [("ada.zip", "archive")]
    assert tree == raw and payload.sources == ()


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("ada.zip", b"not a zip", Reason.ARCHIVE_REFUSED),
        ("ada.zip", b"Rar!\x1a\x07\x01\x00", Reason.ARCHIVE_FORMAT),
        ("ada.7z", b"7z\xbc\xaf\x27\x1c", Reason.ARCHIVE_REFUSED),
        ("ada.tar.gz", b"\x1f\x8b\x08\x00", Reason.ARCHIVE_CUT),
        ("ada.tar.zst", b"\x28\xb5\x2f\xfd\x00", Reason.ARCHIVE_FORMAT),
        ("ada.zip", zipped({}), Reason.ARCHIVE_EMPTY),
    ],
)
def test_other_archives_are_named(name: str, data: bytes, reason: Reason) -> None:
    """RAR and zstandard are not opened, what is cut or empty is called so, whatever its name says."""
    assert reasons(intake({name: data})[0]) == [(reason, name)]


def test_archives_inside_stay_closed() -> None:
    """A zip beside other files, or in a zip, is named and handed on unopened."""
    payload, tree = intake({"ada.zip": zipped({"hw4.py": CODE.encode(), "more.zip": zipped({"x.py": b"x"})})})
    assert reasons(payload) == [(Reason.ARCHIVE_NESTED, "more.zip")]
    assert set(tree) == {"hw4.py", "more.zip"}


def test_zip_beside_a_document_is_opened() -> None:
    """A learning platform's folder with a zip and a PDF: the code in the zip counts, the PDF stays."""
    payload, tree = intake({"hand-in/code.zip": zipped({"hw4/hw4.py": CODE.encode()}), "hand-in/hw4.pdf": b"%PDF-1.7"})
    assert set(tree) == {"hw4.py", "hw4.pdf"} and reasons(payload) == []
    assert [source.path for source in payload.sources] == ["hw4.py"]


def test_zip_beside_code_stays_closed() -> None:
    """Where code lies open, an archive beside it is data."""
    payload, tree = intake({"hw4.py": CODE.encode(), "data.zip": zipped({"hw4.py": b"y = 1\n"})})
    assert set(tree) == {"hw4.py", "data.zip"} and reasons(payload) == [(Reason.ARCHIVE_NESTED, "data.zip")]


def test_zip_never_replaces_what_lies_beside_it() -> None:
    """An entry with the name of a file in the folder refuses the archive."""
    payload, tree = intake({"code.zip": zipped({"HW4.pdf": b"x", "hw4.py": b"x"}), "hw4.pdf": b"%PDF-1.7"})
    assert tree["hw4.pdf"] == b"%PDF-1.7" and "hw4.py" not in tree
    assert reasons(payload) == [(Reason.ARCHIVE_DOUBLE, "code.zip")]


def test_answers_over_the_cap_are_named() -> None:
    """A huge answers.toml is not parsed."""
    payload, _ = intake({"answers.toml": b"# " + b"x" * (256 << 10)})
    assert payload.answers is None and reasons(payload) == [(Reason.TOO_LARGE, "answers.toml")]


def test_source_in_another_encoding_becomes_utf8() -> None:
    """The tree has UTF-8, the files keep the hash of what was handed in, and a note says so (T16)."""
    code = "# 這是第四次作業的程式碼\nx = '卷積神經網路'\n"
    payload, tree = intake({"hw4.py": code.encode("big5")})
    assert tree["hw4.py"].decode("utf-8") == code == payload.sources[0].code
    assert payload.files[0].sha256 == hashlib.sha256(code.encode("big5")).hexdigest()
    assert reasons(payload) == [(Reason.ENCODING, "hw4.py")]


def test_broken_file_does_not_hide_the_others() -> None:
    """A SyntaxError and a broken answers.toml are placed; the other file is outlined."""
    payload, tree = intake({"bad.py": b"def f(:\n", "good.py": CODE.encode(), "answers.toml": b"a = \n"})
    assert set(reasons(payload)) == {(Reason.SYNTAX_ERROR, "bad.py"), (Reason.ANSWERS_SYNTAX, "answers.toml")}
    assert [source.path for source in payload.sources] == ["good.py"]
    assert payload.answers is None and set(tree) == {"bad.py", "good.py", "answers.toml"}


def test_notebook_gives_script_outline_and_essay() -> None:
    """The notebook stays, its script stands beside it, and its text cells are an essay where there is no other."""
    cells = [nbformat.v4.new_markdown_cell("# Q1\n\nSeparable is cheap."), nbformat.v4.new_code_cell(CODE)]
    cells.append(nbformat.v4.new_code_cell("%%writefile extra.py\ny = 1"))
    notebook = nbformat.writes(nbformat.v4.new_notebook(cells=cells)).encode()
    payload, tree = intake({"ada.ipynb": notebook})
    assert set(tree) == {"ada.ipynb", "ada.ipynb.py", "extra.py"} and tree["ada.ipynb"] == notebook
    assert [(fact.path, fact.kind) for fact in payload.files] == [("ada.ipynb", "notebook")]
    assert {source.path for source in payload.sources} == {"ada.ipynb.py", "extra.py"}
    assert payload.essay is not None and payload.essay.answers == {"Q1": "Separable is cheap."}
    with_essay, _ = intake({"ada.ipynb": notebook, "essay.md": b"mine"})
    assert with_essay.essay is not None and with_essay.essay.path == "essay.md"


def test_written_file_stays_inside_and_replaces_nothing() -> None:
    """%%writefile ../x.py and %%writefile over a file that was handed in do nothing."""
    cells = [nbformat.v4.new_code_cell(f"%%writefile {name}\nx = 1") for name in ("../x.py", "/x.py", "hw4.py")]
    notebook = nbformat.writes(nbformat.v4.new_notebook(cells=cells)).encode()
    _, tree = intake({"sub/ada.ipynb": notebook, "hw4.py": CODE.encode(), "sub/hw4.py": b"mine = 1\n"})
    assert set(tree) == {"sub/ada.ipynb", "sub/ada.ipynb.py", "hw4.py", "sub/hw4.py"}
    assert tree["sub/hw4.py"] == b"mine = 1\n"


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ({"deep/essay.md": b"a", "ESSAY.txt": b"b", "notes.md": b"c"}, "ESSAY.txt"),
        ({"my_essay.md": b"a", "README.md": b"b"}, "my_essay.md"),
        ({"answer.md": b"a", "README.md": b"b", "requirements.txt": b"c"}, "answer.md"),
        ({"a.md": b"a", "b.md": b"b"}, None),
        ({"README.md": b"b", "requirements.txt": b"c"}, None),
    ],
)
def test_essay_is_found_by_name(files: dict[str, bytes], found: str | None) -> None:
    """essay.* nearest to the top, else essay in the name, else the only Markdown that is no README."""
    essay = intake(files | {"x.bin": b""})[0].essay
    assert (essay.path if essay else None) == found


def test_starter_is_no_essay() -> None:
    """What the starter says is not the student's; the message carries the starter."""
    text = "## Q1\n\nWrite here.\n"
    essay = intake({"essay.md": text.encode()}, {"essay.md": text})[0].essay
    assert essay is not None and essay.empty


def test_what_goes_on_is_capped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Data over the cap stays behind and is named; code and answers always go on."""
    monkeypatch.setattr(tree_module, "MOST_HANDED_ON", 100)
    payload, tree = intake({"hw4.py": b"x = 1\n", "data.bin": bytes(200), "a.bin": bytes(50)})
    assert set(tree) == {"hw4.py", "a.bin"}
    assert reasons(payload) == [(Reason.TOO_LARGE, "data.bin")]
    assert {fact.path for fact in payload.files} == {"hw4.py", "a.bin", "data.bin"}


def test_many_large_files_fit_the_reply() -> None:
    """More code than the report could show, of characters that JSON writes in six, still makes one frame."""
    code = ("# \x01\n" * 20_000).encode()
    payload, tree = intake({f"m{number:04d}.py": code for number in range(300)})
    assert len(tree) == 300 and 0 < len(payload.sources) <= 200
    assert sum(len(source.code) for source in payload.sources) == 1 << 20


def test_sources_near_the_top_are_outlined_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """A copied library in a sub-folder does not keep the student's own file from being read."""
    monkeypatch.setattr(serve, "MOST_PARSED", len(CODE) + 5)
    payload, tree = intake({"a_library/net.py": CODE.encode(), "hw4.py": CODE.encode()})
    assert [source.path for source in payload.sources] == ["hw4.py"]
    assert set(tree) == {"a_library/net.py", "hw4.py"}


def test_warm_process_stays_lean() -> None:
    """The modules that are loaded before the fork exist, and torch is not among them or their own imports."""
    import subprocess
    import sys

    script = "import importlib, sys\n" + "".join(f"importlib.import_module({name!r})\n" for name in PRELOAD)
    script += "print(sorted({'torch', 'numpy', 'pandas', 'sklearn'} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert run.stdout == "[]\n", run.stdout + run.stderr


paths = st.sampled_from(["a.py", "b/c.ipynb", "answers.toml", "essay.md", "d.zip", "e.pt", "b/a.py", "x"])


@given(st.dictionaries(paths, st.binary(max_size=120), max_size=4))
def test_any_files_are_taken_in(raw: dict[str, bytes]) -> None:
    """Whatever the bytes, there is a payload with one fact for each file, and a tree inside its folder."""
    payload, tree = intake(raw)
    assert len(payload.files) == len(raw)
    assert all(not name.startswith("/") and ".." not in name.split("/") for name in tree)
