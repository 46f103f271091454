import zipfile


def make(place, places):
    with zipfile.ZipFile(place, "w") as archive:
        for name in ("a\x1b[31m.py", "a\u202eyp.exe", "con", "aux.py", "x\ny.py", "a" * 5000 + ".py", "/".join("d" * 300)):
            archive.writestr(name, "x = 1\n")
