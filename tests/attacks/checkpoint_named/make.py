import pickle
import zipfile

from tests.attacks.bomb import Bomb


def make(place, places):
    bomb = pickle.dumps({"1.weight": Bomb(places)}, 2)
    with zipfile.ZipFile(place / "best.pth", "w") as archive:
        for name, data in (("data.pkl", bomb), ("byteorder", b"little"), ("data/0", bytes(64)), ("version", b"3")):
            archive.writestr(f"archive/{name}", data)
    with (place / "answers.toml").open("a") as stream:
        stream.write('\n[q3]\nweights = "best.pth"\n')
