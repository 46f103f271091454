import json
import struct
import zipfile


def make(place, places):
    header = json.dumps({"fc.weight": {"dtype": "F32", "shape": [1 << 20, 1 << 21], "data_offsets": [0, 1 << 43]}}).encode()
    (place / "model.safetensors").write_bytes(struct.pack("<Q", len(header)) + header)
    (place / "other.safetensors").write_bytes(struct.pack("<Q", 1 << 62) + b"{}")
    with zipfile.ZipFile(place / "model.pt", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data.pkl", b"\x80\x02}.")
        archive.writestr("archive/data/0", bytes(1 << 28))
