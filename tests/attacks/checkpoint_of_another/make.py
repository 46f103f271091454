import json
import struct


def make(place, places):
    header = {"1.weight": {"dtype": "F32", "shape": [0, 1 << 40], "data_offsets": [0, 0]}}
    text = json.dumps(header).encode()
    (place / "model.safetensors").write_bytes(struct.pack("<Q", len(text)) + text)
