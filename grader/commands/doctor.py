"""`grader doctor`: what this machine has, and whether its walls hold."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from grader.datasets.load import load_dataset
from grader.errors import EXIT_NO_JAIL, EXIT_OK, GraderError, NoJailError
from grader.evidence.secret import load_or_create_secret
from grader.jail.doctor import self_attacks
from grader.jail.job import Zone
from grader.jail.level import describe_level
from grader.jail.pool import open_jail
from grader.session import installed_versions, shares

_LANGUAGES = {"Traditional Chinese": "zh-tw", "Korean": "ko"}
_TRY_S = 20


def run_doctor(data: Path | None) -> int:
    """Print the findings; 3 when no wall is to be had or one does not hold."""
    _say("versions", ", ".join(f"{name} {number}" for name, number in installed_versions().items()))
    for name, fact in describe_level().items():
        _say(name, fact)
    _say("GPU", "shown" if Path("/dev/nvidiactl").exists() else "none shown, training runs on the CPU")
    for language, code in _LANGUAGES.items():
        _say(
            f"font, {language}",
            _font_for(code) or "none: such names would be boxes; apt-get install fonts-wqy-microhei",
        )
    return _data_and_walls(data)


def _data_and_walls(data: Path | None) -> int:
    try:
        dataset = load_dataset(None, data)
    except GraderError as error:
        _say("data set", str(error))
        return error.exit_code
    public = ", its labels are public" if dataset.public_labels else ""
    _say("data set", f"{dataset.title}: {dataset.train_n} training, {dataset.test_n} test images{public}")
    try:
        return _attack(dataset_labels=dataset.student_dir.parent / "judge", jail_shares=shares(dataset))
    except NoJailError as error:
        _say("walls", f"none: {error}")
        return EXIT_NO_JAIL


def _attack(*, dataset_labels: Path, jail_shares: Mapping[Zone, Mapping[str, Path]]) -> int:
    with tempfile.TemporaryDirectory() as folder, open_jail(shares=jail_shares) as jail:
        _say("walls", f"level {jail.level}")
        load_or_create_secret(Path(folder))
        attacks = self_attacks(jail, [Path(folder), dataset_labels])
    for attack in attacks:
        print(f"  {'held ' if attack.passed else 'BROKE'}  {attack.name}: {attack.detail}")
    held = sum(attack.passed for attack in attacks)
    _say("self-attacks", f"{held} of {len(attacks)} held off")
    return EXIT_OK if held == len(attacks) else EXIT_NO_JAIL


def _font_for(code: str) -> str:
    """The first installed family that covers a language; empty when none does or fontconfig is absent."""
    fc_list = shutil.which("fc-list")
    if fc_list is None:
        return ""
    try:
        found = subprocess.run(  # noqa: S603
            [fc_list, f":lang={code}", "family"], capture_output=True, timeout=_TRY_S, check=True, text=True
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return found.stdout.partition("\n")[0].partition(",")[0].strip()


def _say(what: str, fact: str) -> None:
    print(f"{what:28} {fact}")
