def make(place, places):
    with (place / "data.py").open("wb") as stream:
        stream.truncate(2 << 30)
