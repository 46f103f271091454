def make(place, places):
    (place / "hw4.ipynb").write_text('{"cells": ' + "[" * 200_000 + "]" * 200_000 + "}")
