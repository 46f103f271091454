import pickle

try:
    with open("model.pth", "rb") as stream:
        pickle.load(stream)
except Exception:
    pass
