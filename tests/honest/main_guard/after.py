import argparse

parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int, default=3)
parser.add_argument("--lr", type=float, default=1e-3)


def main():
    options = parser.parse_args()
    print(train(build_model(), None, epochs=options.epochs))


if __name__ == "__main__":
    main()
