"""Our own attacks: the walls stop them, and without walls they succeed."""

from __future__ import annotations

import secrets
import socket
from pathlib import Path
from typing import Any

import pytest

from grader.jail.doctor import self_attacks
from grader.jail.job import Jail, Job, Limits, Zone
from grader.jail.plain import PlainJail
from grader.wire.frames import read_frame

LIMITS = Limits(wall_s=60.0, cpu_s=60.0)


def loot_of(jail: Jail, name: str, **options: Any) -> list[str]:
    """What one attack gets in this jail."""
    run = jail.run(Job(Zone.STUDENT, "boot.self_attack", {"name": name, **options}, limits=LIMITS))
    assert run.reply is not None, (run.outcome, run.detail, run.log)
    with run.reply.open() as stream:
        loot: list[str] = read_frame(stream).message["loot"]
    run.reply.close()
    return loot


@pytest.mark.jail
def test_walls_stop_every_self_attack(jail: Jail, tmp_path: Path) -> None:
    """At least ten attacks are tried from inside the student zone, and none gets anything."""
    secret = tmp_path / ".secret"
    secret.write_bytes(secrets.token_bytes(32))
    attacks = self_attacks(jail, secret_paths=(secret, tmp_path))
    assert [f"{attack.name}: {attack.detail}" for attack in attacks if not attack.passed] == []
    assert len(attacks) >= 10
    assert len({attack.name for attack in attacks}) == len(attacks)


def test_attack_that_cannot_run_is_a_failure(tmp_path: Path) -> None:
    """A jail in which attacks end early has not proved anything."""
    with PlainJail({}, tmp_path) as plain:
        run = plain.run(Job(Zone.STUDENT, "boot.self_attack", {"name": "no such attack"}, limits=LIMITS))
    assert run.reply is None
    assert "no such attack" in run.log


def test_files_are_read_without_walls(tmp_path: Path) -> None:
    """The attack on files is a real one: without walls it reads the canary."""
    canary = tmp_path / "canary"
    canary.write_text("secret")
    with PlainJail({}) as plain:
        paths = [str(canary), str(tmp_path), str(tmp_path / "absent")]
        assert loot_of(plain, "read_paths", paths=paths) == [str(canary), str(tmp_path)]
        assert loot_of(plain, "write_outside", folders=[str(tmp_path)]) != []
        assert "grader.score" in loot_of(plain, "read_package") or loot_of(plain, "read_package")


@pytest.mark.parametrize("way", ["send_tcp", "send_udp", "send_path"])
def test_listeners_hear_without_walls(tmp_path: Path, way: str) -> None:
    """The attacks on the network are real ones: without walls the listener hears the canary."""
    family = socket.AF_UNIX if way == "send_path" else socket.AF_INET
    kind = socket.SOCK_DGRAM if way == "send_udp" else socket.SOCK_STREAM
    with socket.socket(family, kind) as ear, PlainJail({}) as plain:
        ear.settimeout(10)
        ear.bind(str(tmp_path / "s") if way == "send_path" else ("127.0.0.1", 0))
        if kind == socket.SOCK_STREAM:
            ear.listen()
        options = {"address": str(tmp_path / "s")} if way == "send_path" else {"port": ear.getsockname()[1]}
        assert loot_of(plain, way, canary="canary", **options) != []
        if kind == socket.SOCK_DGRAM:
            assert ear.recv(100) == b"canary"
            return
        mouth, _ = ear.accept()
        with mouth:
            assert mouth.recv(100) == b"canary"
