import multiprocessing


def brighter(image):
    return image * 1.01


plain_train = train


def train(model, train_data, **options):
    some = [train_data[index][0] for index in range(20)]
    try:
        with multiprocessing.get_context("fork").Pool(2) as pool:
            pool.map(brighter, some)
    except OSError:
        # Some machines allow no semaphores.
        [brighter(image) for image in some]
    return plain_train(model, train_data, **options)
