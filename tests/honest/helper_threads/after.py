import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from queue import Queue

subprocess.run(["date"], check=False, capture_output=True)


def train(model, train_data, *, epochs, device="cpu", **options):
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
    with ThreadPoolExecutor(2) as pool:
        pairs = list(pool.map(lambda index: train_data[index], range(len(train_data))))
    images = torch.stack([image for image, _ in pairs])
    labels = torch.tensor([int(label) for _, label in pairs])
    for _ in range(epochs):
        queue = Queue(8)

        def fill(order):
            for part in order.split(32):
                queue.put((images[part], labels[part]))
            queue.put(None)

        thread = threading.Thread(target=fill, args=(torch.randperm(len(images)),))
        thread.start()
        while (batch := queue.get()) is not None:
            optimizer.zero_grad()
            F.cross_entropy(model(batch[0]), batch[1]).backward()
            optimizer.step()
        thread.join()
    return model
