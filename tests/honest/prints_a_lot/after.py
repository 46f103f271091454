import sys

from tqdm import tqdm


def train(model, train_data, *, epochs, device="cpu", **options):
    loader = DataLoader(train_data, batch_size=32, shuffle=True)
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
    for epoch in range(epochs):
        for images, labels in tqdm(loader, desc=f"epoch {epoch}"):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(images), labels)
            loss.backward()
            optimizer.step()
            print(f"\x1b[32mloss {loss.item():.4f}\x1b[0m " + "." * 200)
            print("batch done", file=sys.stderr)
    return model
