import zipfile


def make(place, places):
    with zipfile.ZipFile(place, "w") as archive:
        for number in range(50_000):
            archive.writestr(f"f{number}", b"")
