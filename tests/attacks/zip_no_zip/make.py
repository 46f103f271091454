def make(place, places):
    place.write_bytes(b"Rar!\x1a\x07\x01\x00" + bytes(1000))
