import io
import os
import zipfile


def make(place, places):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("hw4.py", os.urandom(10_000))
    place.write_bytes(stream.getvalue()[:6000])
