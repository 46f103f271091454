"""The attacks as data: what each one is, and how it is laid out as a submission."""

from __future__ import annotations

import importlib.util
import shutil
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.submissions.ids import student_id_of

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BASES = {"honest": ROOT / "assignments/hw4/samples/class/ada-kernel", "weak": HERE / "bases/weak"}
_OURS = frozenset({"expect.toml", "before.py", "after.py", "make.py", "__pycache__"})
_MOST_IN_BATCH = 10


@dataclass(frozen=True)
class Attack:
    """One hostile or broken submission and what has to come of it. `only` is a question, empty for all.

    `marks` are the points that each question may have; without them those of its base.
    """

    id: str
    group: str
    tries: str
    base: str = "weak"
    only: str = ""
    marks: Mapping[str, tuple[float, ...]] | None = None
    status: str = ""
    reason: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    name: str = ""
    file: str = ""
    walls: tuple[str, ...] = ()
    home: Path = HERE

    @property
    def student(self) -> str:
        """The id that the class knows it by."""
        return student_id_of(self.name or self.id)

    @property
    def folder(self) -> Path:
        """Where its files are."""
        return self.home / self.id

    def lay_out(self, into: Path, places: Mapping[str, str]) -> None:
        """Write it as a submission in the class folder `into`."""
        place = into / f"{self.name or self.id}{self.file}"
        if not self.file:
            place.mkdir()
            if self.base != "none":
                shutil.copytree(BASES[self.base], place, dirs_exist_ok=True)
            self._copy_files(place, places)
        if (self.folder / "make.py").exists():
            _load(self.folder / "make.py").make(place, places)

    def _copy_files(self, place: Path, places: Mapping[str, str]) -> None:
        for path in sorted(self.folder.rglob("*")):
            relative = path.relative_to(self.folder)
            if relative.parts[0] not in _OURS and path.is_file():
                (place / relative).parent.mkdir(parents=True, exist_ok=True)
                (place / relative).write_bytes(filled(path.read_bytes(), places))
        own = place / "hw4.py"
        for part, first in (("before.py", True), ("after.py", False)):
            if (self.folder / part).exists():
                code = filled((self.folder / part).read_bytes(), places)
                base = own.read_bytes() if own.exists() else b""
                own.write_bytes(code + b"\n" + base if first else base + b"\n" + code)


def filled(text: bytes, places: Mapping[str, str]) -> bytes:
    """The text with @NAMES@ replaced."""
    for name, value in places.items():
        text = text.replace(f"@{name}@".encode(), value.encode())
    return text


def _load(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location(f"attack_{path.parent.name}", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def load_attacks() -> tuple[Attack, ...]:
    """Every attack of this folder, in the order of group and id."""
    found = []
    for path in HERE.glob("*/expect.toml"):
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        if isinstance(table.get("reason"), str):
            table["reason"] = [table["reason"]]
        for key in ("reason", "words", "flags", "walls"):
            table[key] = tuple(table.get(key, ()))
        if "marks" in table:
            table["marks"] = {key: tuple(v if isinstance(v, list) else [v]) for key, v in table["marks"].items()}
        found.append(Attack(id=path.parent.name, **table))
    return tuple(sorted(found, key=lambda attack: (attack.group, attack.id)))


def batches(attacks: Sequence[Attack]) -> Iterator[tuple[Attack, ...]]:
    """At most ten together, all with the same questions; neighbours by group."""
    for only in sorted({attack.only for attack in attacks}):
        same = [attack for attack in attacks if attack.only == only]
        count = -(-len(same) // _MOST_IN_BATCH)
        # Slow kinds stand next to each other, so every batch takes some of each.
        yield from (tuple(same[start::count]) for start in range(count))
