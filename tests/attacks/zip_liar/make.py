import io
import struct
import zipfile


def make(place, places):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("hw4.py", bytes(1 << 26))
    raw = bytearray(stream.getvalue())
    size = struct.pack("<I", 1 << 26)
    place.write_bytes(bytes(raw).replace(size, struct.pack("<I", 100)))
