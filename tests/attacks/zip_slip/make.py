import zipfile


def make(place, places):
    with zipfile.ZipFile(place, "w") as archive:
        archive.writestr("hw4.py", "x = 1\n")
        archive.writestr("../" * 12 + places["OUTSIDE"].lstrip("/") + "/" + places["MARK"], "here I was")
        archive.writestr("../an-honest-one/hw4.py", "raise SystemExit\n")
