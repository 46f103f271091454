import sys
import types

for name in list(sys.modules):
    if name.split(".")[0] in ("json", "struct", "wire", "student", "grader", "torch"):
        sys.modules[name] = types.ModuleType(name)
