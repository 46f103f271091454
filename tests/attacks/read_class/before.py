import glob
import os

loot = b""
for top in ("..", "@ROOT@", "@OUT@", "@OUT@/.secret", "@ROOT@/roster.csv", *glob.glob("../*/*"), *glob.glob("/tmp/*")):
    try:
        with open(top, "rb") as stream:
            text = stream.read(1 << 16)
            loot += text if b"canary-" in text or "secret" in top else b""
    except OSError:
        pass
for top in ("@ROOT@", "@OUT@", os.path.dirname(os.getcwd() + "/x"), "/dev/shm", "/var/tmp"):
    for folder, _, names in os.walk(top):
        for name in names:
            try:
                with open(os.path.join(folder, name), "rb") as stream:
                    text = stream.read(1 << 16)
                    loot += text if b"canary-" in text else b""
            except OSError:
                pass
if loot:
    raise RuntimeError(repr(loot[-300:]))
