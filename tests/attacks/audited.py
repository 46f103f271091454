"""The grader's own command with a listener in its process: what a trusted parent must never do is written down.

Usage: python audited.py EVENTS SUBMISSIONS LEVEL -- GRADER ARGUMENTS. LEVEL is the walls' level: the machine decides at
ns, and ll is what is left where it would find no namespaces.
"""

from __future__ import annotations

import sys
from typing import Any

EVENTS, SUBMISSIONS, LEVEL = sys.argv[1:4]


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    if event in ("pickle.find_class", "os.system", "shutil.unpack_archive", "webbrowser.open"):
        _write(event, arguments)
    elif event in ("compile", "exec") and SUBMISSIONS in repr(arguments)[:2000]:
        _write(event, arguments)
    elif event == "import" and SUBMISSIONS in str(arguments[1]):
        _write(event, arguments)
    elif event == "socket.connect" and not isinstance(arguments[1], (str, bytes)):
        _write(event, arguments)


def _write(event: str, arguments: tuple[Any, ...]) -> None:
    with open(EVENTS, "a", encoding="utf-8") as stream:
        stream.write(f"{event} {str(arguments)[:300]}\n")


if __name__ == "__main__":
    sys.argv = ["grader", *sys.argv[sys.argv.index("--") + 1 :]]
    sys.addaudithook(_hear)
    from grader.cli import main
    from grader.jail.job import Level
    from grader.jail.pool import open_jail

    if Level(LEVEL) is Level.LANDLOCK:
        assert open_jail.__kwdefaults__ is not None
        open_jail.__kwdefaults__["levels"] = (Level.LANDLOCK,)
    raise SystemExit(main())
