import json


def make(place, places):
    cell = {"cell_type": "code", "metadata": {}, "execution_count": None, "source": "x = 1", "outputs": []}
    loud = {**cell, "outputs": [{"output_type": "stream", "name": "stdout", "text": "x" * 50_000_000}]}
    (place / "hw4.ipynb").write_text(json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [loud] + [cell] * 100_000}))
