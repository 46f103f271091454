"""What the interpreter behind the wall is started with: ``entry.py ROOT zygote FD`` or ``entry.py ROOT plain FILE``.

Started with ``python -I``, so nothing but the standard library is on the path
until ROOT, the folder that holds the few packages of ours, is put there.
"""

import importlib
import sys

root, mode, argument = sys.argv[1:]
sys.path.insert(0, root)
sys.argv = [""]
sys.exit(importlib.import_module(f"grader.inside.boot.{mode}").main(argument))
