import csv
import json
import os

os.makedirs("./data/MNIST/raw", exist_ok=True)
os.makedirs("checkpoints", exist_ok=True)
with open("./data/notes.txt", "w") as file:
    file.write("epochs: 15\n")
plain_train = train


def train(model, train_data, **options):
    model = plain_train(model, train_data, **options)
    torch.save(model.state_dict(), "checkpoints/last.pth")
    with open("log.csv", "w", newline="") as file:
        csv.writer(file).writerow(["epoch", "loss"])
    with open("data/config.json", "w") as file:
        json.dump({"lr": 0.002}, file)
    return model
