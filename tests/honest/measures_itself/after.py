import pandas as pd
from sklearn.metrics import classification_report, confusion_matrix
from thop import profile
from torchsummary import summary

print(sum(p.numel() for p in CustomAlexNet().parameters()))
plain_train = train


def train(model, train_data, **options):
    model = plain_train(model, train_data, **options)
    model.eval()
    truth, guess = [], []
    with torch.no_grad():
        for images, labels in DataLoader(train_data, batch_size=256):
            guess += model(images).argmax(1).tolist()
            truth += labels.tolist()
    print(classification_report(truth, guess, digits=4), confusion_matrix(truth, guess))
    pd.DataFrame({"truth": truth, "guess": guess}).to_csv("guesses.csv")
    print(profile(DigitNet(), (torch.zeros(1, 1, 28, 28),)))
    summary(DigitNet(), (1, 28, 28), device="cpu")
    return model
