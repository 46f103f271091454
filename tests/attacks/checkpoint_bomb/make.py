import pickle

from tests.attacks.bomb import Bomb


def make(place, places):
    bomb = pickle.dumps(Bomb(places))
    for name in ("model.pth", "model.pt", "weights.pkl", "model.ckpt", "model.bin", "model.joblib"):
        (place / name).write_bytes(bomb)
