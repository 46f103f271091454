import io
import pickle
import zipfile
from collections import OrderedDict


class FloatStorage:
    pass


class Storage:
    pass


def rebuild(*parts):
    return parts


class Tensor:
    def __init__(self, shape):
        self.shape = shape

    def __reduce__(self):
        strides = (self.shape[1], 1) if len(self.shape) == 2 else (1,)
        return rebuild, (Storage(), 0, self.shape, strides, False, OrderedDict())


class Pickler(pickle._Pickler):
    """Names torch's own functions without importing torch."""

    def persistent_id(self, obj):
        return ("storage", FloatStorage, "0", "cpu", 4) if isinstance(obj, Storage) else None

    def save_global(self, obj, name=None):
        names = {rebuild: b"ctorch._utils\n_rebuild_tensor_v2\n", FloatStorage: b"ctorch\nFloatStorage\n"}
        if obj in names:
            self.write(names[obj])
        else:
            super().save_global(obj, name)

    dispatch = {**pickle._Pickler.dispatch, type(rebuild): save_global, type: save_global}


def make(place, places):
    stream = io.BytesIO()
    Pickler(stream, 2).dump({"1.weight": Tensor((10, 784)), "1.bias": Tensor((10,))})
    with zipfile.ZipFile(place / "best.pth", "w") as archive:
        for name, data in (("data.pkl", stream.getvalue()), ("byteorder", b"little"), ("data/0", bytes(16)), ("version", b"3")):
            archive.writestr(f"archive/{name}", data)
