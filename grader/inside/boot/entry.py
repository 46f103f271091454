"""What the interpreter behind the wall is started with: ``entry.py ROOT zygote FD`` or ``entry.py ROOT plain FOLDER``.

Started with ``python -I``, so nothing but the standard library is on the path
until ROOT, the folder that holds the few packages of ours, is put there.
"""

import importlib
import sys

# multiprocessing imports this file once more, under another name, in processes that a student's code spawns.
if __name__ == "__main__":
    root, mode, argument = sys.argv[1:]
    sys.path.insert(0, root)
    sys.argv = [""]
    sys.exit(importlib.import_module(f"grader.inside.boot.{mode}").main(argument))
