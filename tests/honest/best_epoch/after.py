def train(model, train_data, *, epochs, device="cpu", **options):
    loader = DataLoader(train_data, batch_size=32, shuffle=True)
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
    best = float("inf")
    for _ in range(epochs):
        total = 0.0
        model.train()
        for images, labels in loader:
            optimizer.zero_grad()
            loss = F.cross_entropy(model(images), labels)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(images)
        if total < best:
            best = total
            torch.save({"model": model.state_dict(), "loss": best}, "best.pth")
    model.load_state_dict(torch.load("best.pth")["model"])
    return model
