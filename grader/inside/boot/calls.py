"""The calls that every zone has besides its own: small jobs that test the wall itself."""

from __future__ import annotations

from collections.abc import Mapping

from grader.inside.boot.attacks import self_attack
from grader.inside.boot.selftest import selftest
from grader.inside.context import Handler

HANDLERS: Mapping[str, Handler] = {
    "boot.selftest": selftest,
    "boot.self_attack": self_attack,
}
