import zipfile


def make(place, places):
    with zipfile.ZipFile(place, "w") as archive:
        archive.writestr(f"{places['OUTSIDE']}/{places['MARK']}", "here I was")
        archive.writestr("C:\\Windows\\evil.py", "x = 1\n")
        archive.writestr("..\\..\\evil.py", "x = 1\n")
