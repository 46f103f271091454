import zipfile


def make(place, places):
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(40):
            archive.writestr(f"data{number}.bin", bytes(1 << 24))
