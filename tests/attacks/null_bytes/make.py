def make(place, places):
    (place / "hw4.py").write_bytes(b"import torch\0\0\n\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4)
