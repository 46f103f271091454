import zipfile


def make(place, places):
    with zipfile.ZipFile(place, "w") as archive:
        archive.writestr("hw4.py", "x = 1\n")
        archive.writestr("HW4.PY", "x = 2\n")
