try:
    with open("big", "wb") as stream:
        while True:
            stream.write(b"x" * (8 << 20))
except OSError:
    pass
