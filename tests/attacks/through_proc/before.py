import glob
import os

for path in glob.glob("/proc/[0-9]*/root") + glob.glob("/proc/[0-9]*/cwd"):
    for inner in ("@OUTSIDE@", "@HOME@", "@OUT@", "tmp"):
        try:
            with open(path + "/" + inner.lstrip("/") + "/@MARK@", "w") as stream:
                stream.write("here I was")
        except OSError:
            pass
for path in glob.glob("/proc/[0-9]*/mem"):
    if path != f"/proc/{os.getpid()}/mem":
        try:
            with open(path, "r+b", buffering=0) as stream:
                stream.seek(0x400000)
                stream.write(b"\0" * 4096)
        except OSError:
            pass
