def train(model, train_data, **options):
    while True:
        for images, labels in DataLoader(train_data, batch_size=32):
            model(images)
