import pickle

from tests.attacks.bomb import Bomb


def make(place, places):
    (place / "model.pth").write_bytes(pickle.dumps(Bomb(places)))
