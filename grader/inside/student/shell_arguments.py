"""Lets a script that expects arguments from a shell be looked at without one: every argument has its default."""

from __future__ import annotations

import argparse
from typing import Any


def do_without_shell_arguments() -> None:
    """`parse_args()` answers with defaults, and with None where an argument is required."""
    really_parse = argparse.ArgumentParser.parse_known_args

    def parse(self: argparse.ArgumentParser, args: Any = None, namespace: Any = None) -> Any:
        for action in self._actions:
            if action.required:
                action.required = False
                action.nargs = action.nargs if action.option_strings else "?"
        return really_parse(self, [] if args is None else args, namespace)

    argparse.ArgumentParser.parse_known_args = parse  # type: ignore[method-assign]
