def make(place, places):
    (place / "hw4.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(1000))
    (place / "hw4.jpg.exe").write_bytes(b"MZ" + bytes(1000))
