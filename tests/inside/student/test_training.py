"""student.training: what is trained, for how long, and what is handed over of it."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from tests.inside.student.conftest import HandOver
from tests.inside.student.handed import Handed, replay
from tests.inside.student.written import NET, trained

PARAMS = 4 * (9 + 1) + 2 * 4 + (4 * 36 + 1) * 10
"""Convolution, batch norm and linear layer of NET by hand."""


def weights(handed: Handed, tape: str) -> dict[str, bytes]:
    """The bytes of every registered tensor of a tape."""
    tensors = handed.tape(tape).tensors
    return {name: handed.frame.blobs[tensor.blob or ""] for tensor in tensors for name in tensor.names}


def test_trained_network_is_handed_over_with_its_weights(training: HandOver) -> None:
    """An untrained and a trained tape with weights that differ, and the facts of the training."""
    handed = training({"hw4.py": trained()})
    assert handed.problem is None and handed.params == PARAMS
    assert [tape.batch for tape in handed.tapes("untrained")] == [5]
    assert [tape.batch for tape in handed.tapes("trained")] == [1, 5]
    assert weights(handed, "untrained") != weights(handed, "trained")
    facts = dict(handed.message["training"])
    assert facts.pop("seconds") > 0
    assert facts == {"epochs_seen": 2, "cap_reached": False, "device": "cpu", "train_n": 60}


def test_trained_tape_replays_as_the_trained_network(training: HandOver) -> None:
    """Replay equals a network here that is given the same weights, batch norm's statistics included."""
    handed = training({"hw4.py": trained()})
    space: dict[str, type[nn.Module]] = {}
    exec(NET, space)
    twin = space["Net"]().eval()
    twin.load_state_dict(
        {
            name: torch.frombuffer(
                bytearray(data), dtype=torch.int64 if "num_batches" in name else torch.float32
            ).reshape(twin.state_dict()[name].shape)
            for name, data in weights(handed, "trained").items()
        }
    )
    given = torch.rand(5, 1, 12, 12)
    with torch.no_grad():
        want = twin(given)
    assert torch.allclose(replay(handed.tapes("trained")[1], handed.frame.blobs, given), want, atol=1e-6)
    assert int(twin.state_dict()["norm.num_batches_tracked"]) == 2 * -(-60 // 16)


def test_same_seed_gives_the_same_weights(training: HandOver) -> None:
    """Two runs with one seed agree bit for bit."""
    first, second = (training({"hw4.py": trained()}) for _ in range(2))
    assert weights(first, "untrained") == weights(second, "untrained")
    assert weights(first, "trained") == weights(second, "trained")


@pytest.mark.parametrize(
    "end",
    ["return model, [0.5, 0.4]", "return {'acc': 0.5, 'model': model}", "pass", "return [0.5, 0.4]", "return 0.9"],
)
def test_model_is_found_in_what_train_returns(training: HandOver, end: str) -> None:
    """A tuple or dict with the model in it, nothing at all, or only numbers: the trained model is handed over."""
    handed = training({"hw4.py": trained(end=end)})
    assert handed.problem is None
    assert weights(handed, "untrained") != weights(handed, "trained")


def test_another_model_may_be_returned(training: HandOver) -> None:
    """train() may return a network of its own, whose structure is then the trained tape's."""
    handed = training({"hw4.py": trained(end="return nn.Sequential(nn.Flatten(), nn.Linear(144, 10))")})
    assert handed.problem is None
    assert sorted(weights(handed, "trained")) == ["1.bias", "1.weight"]
    assert [snapshot["epoch"] for snapshot in handed.message["snapshots"]] == [2]


def test_returning_something_strange_is_a_problem(training: HandOver) -> None:
    """An object that holds no network is named by its type."""
    handed = training({"hw4.py": trained(end="return object()")})
    assert (handed.reason, handed.problem["facts"]) == ("train_returned", {"type": "object"})
    assert handed.tapes("trained") == [] and len(handed.tapes("untrained")) == 1


def test_epochs_beyond_the_budget_are_not_trained(training: HandOver) -> None:
    """A train() that ignores its budget is stopped after the last epoch that counts."""
    stubborn = training({"hw4.py": trained(epochs="50")})
    assert stubborn.problem is None
    assert stubborn.message["training"]["epochs_seen"] == 2
    assert weights(stubborn, "trained") == weights(training({"hw4.py": trained()}), "trained")


def test_split_of_the_data_counts_as_its_share(training: HandOver) -> None:
    """Training on 80 % and validating without gradients: an epoch is a pass over all images' worth."""
    split = "train_data, rest = torch.utils.data.random_split(train_data, [0.5, 0.5])"
    source = trained(epochs="50").replace("    loader =", f"    {split}\n    loader =")
    handed = training({"hw4.py": source})
    batches = torch.frombuffer(bytearray(weights(handed, "trained")["norm.num_batches_tracked"]), dtype=torch.int64)
    assert int(batches) == 4 * -(-30 // 16)
    assert handed.message["training"]["epochs_seen"] == 2


def test_evaluation_without_gradients_is_no_epoch(training: HandOver) -> None:
    """Measuring the accuracy on the training images after each epoch costs no budget."""
    check = "        with torch.no_grad():\n            for x, y in DataLoader(train_data, batch_size=60): model(x)\n"
    source = trained(epochs="50").replace("    return model", f"{check}    return model")
    assert training({"hw4.py": source}).message["training"]["epochs_seen"] == 2


def test_loop_without_a_loader_is_counted(training: HandOver) -> None:
    """Going through the data set itself is a pass as well."""
    body = "    while True:\n        for image, label in train_data:\n            model(image[None])\n"
    handed = training({"hw4.py": f"{NET}\ndef train(model, train_data):\n    model.eval()\n{body}"})
    assert handed.problem is None and handed.message["training"]["epochs_seen"] == 2


def test_tensors_train_without_a_loader(training: HandOver) -> None:
    """`train_data.tensors()` gives all images and labels; passes over them cannot be counted."""
    body = "    x, y = train_data.tensors()\n    assert x.shape == (60, 1, 12, 12) and y.shape == (60,)\n"
    step = "    F.cross_entropy(model(x), y).backward()\n    torch.optim.SGD(model.parameters(), 0.1).step()\n"
    handed = training({"hw4.py": f"{NET}\ndef train(model, train_data):\n{body}{step}"})
    assert handed.problem is None and handed.message["training"]["epochs_seen"] is None
    assert weights(handed, "untrained") != weights(handed, "trained")


def test_seconds_cap_keeps_what_was_reached(training: HandOver) -> None:
    """At the cap the network is taken as it is, and a note names the cap."""
    slow = trained().replace("        model.train()\n", "        model.train()\n        import time\n")
    slow = slow.replace(
        "            optimizer.step()\n", "            optimizer.step()\n            time.sleep(0.15)\n"
    )
    handed = training({"hw4.py": slow}, budget={"epochs": 2, "seconds": 0.9})
    assert handed.problem is None and handed.notes == ["train_cap"]
    facts = handed.message["training"]
    assert facts["cap_reached"] is True and facts["epochs_seen"] == 1
    assert weights(handed, "untrained") != weights(handed, "trained")


def test_snapshots_are_the_states_after_the_epochs(training: HandOver) -> None:
    """One snapshot after each epoch; the last one is the trained network's own tensors."""
    handed = training({"hw4.py": trained()}, budget={"epochs": 3, "seconds": 20})
    assert [snapshot["epoch"] for snapshot in handed.message["snapshots"]] == [1, 2, 3]
    one_epoch = training({"hw4.py": trained()}, budget={"epochs": 1, "seconds": 20})
    first, last = handed.message["snapshots"][0]["blobs"], handed.message["snapshots"][-1]["blobs"]
    assert {name: handed.frame.blobs[blob] for name, blob in first.items()} == weights(one_epoch, "trained")
    assert {name: handed.frame.blobs[blob] for name, blob in last.items()} == weights(handed, "trained")


def test_snapshots_are_thinned_evenly(training: HandOver) -> None:
    """Not more than were asked for, the last epoch among them."""
    handed = training({"hw4.py": trained()}, budget={"epochs": 9, "seconds": 20}, snapshots=3)
    assert [snapshot["epoch"] for snapshot in handed.message["snapshots"]] == [3, 6, 9]


def test_held_out_images_are_passed_to_who_asks(training: HandOver) -> None:
    """val_data is the held-out part, and a note says what it is."""
    source = trained("model, train_data, val_data, num_epochs", epochs="num_epochs")
    source = source.replace("    loader =", "    assert len(train_data) == 60 and len(val_data) == 20\n    loader =")
    handed = training({"hw4.py": source})
    assert handed.problem is None and handed.notes == ["held_out_split"]


def test_loaders_are_made_for_who_asks(training: HandOver) -> None:
    """A train() in the style of many tutorials gets loaders, a loss, an optimizer and the number of each epoch."""
    source = (
        f"{NET}\nseen = []\n"
        "def train(net, device, train_loader, optimizer, criterion, epoch):\n"
        "    seen.append(epoch)\n    assert seen == list(range(1, epoch + 1))\n"
        "    for x, y in train_loader:\n"
        "        optimizer.zero_grad()\n        criterion(net(x.to(device)), y).backward()\n        optimizer.step()\n"
    )
    handed = training({"hw4.py": source})
    assert handed.problem is None and handed.message["training"]["epochs_seen"] == 2
    assert weights(handed, "untrained") != weights(handed, "trained")


def test_old_call_of_the_slides_works_with_a_note(training: HandOver) -> None:
    """`dataiter.next()` gives the next batch, and a note says how it is written today."""
    source = trained().replace("    optimizer =", "    images, labels = iter(loader).next()\n    optimizer =", 1)
    handed = training({"hw4.py": source})
    assert handed.problem is None
    (note,) = handed.message["notes"]
    assert note["reason"] == "old_call"
    assert "iter(loader).next()" in source.splitlines()[note["line"] - 1]


def test_loader_with_workers_trains(training: HandOver) -> None:
    """DataLoader(num_workers=2) works and its passes count."""
    handed = training({"hw4.py": trained(epochs="50").replace("batch_size=16", "batch_size=16, num_workers=2")})
    assert handed.problem is None and handed.message["training"]["epochs_seen"] == 2


def test_preprocessing_is_taped_before_the_network(training: HandOver) -> None:
    """preprocess(images) of the submission becomes part of both tapes."""
    source = trained() + "\ndef preprocess(images):\n    return (images - 0.5) / 0.25\n"
    handed = training({"hw4.py": source})
    assert [op.op for op in handed.tape("trained").ops[:2]] == ["aten.sub.Tensor", "aten.div.Tensor"]


def test_train_may_stand_in_another_file(training: HandOver) -> None:
    """The network in one file and train() in another."""
    train = trained().replace(
        NET, "import torch\nimport torch.nn.functional as F\nfrom torch.utils.data import DataLoader\n"
    )
    handed = training({"net.py": NET, "learn.py": train})
    assert handed.problem is None and handed.message["training"]["epochs_seen"] == 2


def test_missing_train_is_a_problem(training: HandOver) -> None:
    """A network without train() is handed over untrained."""
    handed = training({"hw4.py": NET})
    assert handed.reason == "train_missing" and len(handed.tapes("untrained")) == 1


def test_script_that_trains_by_itself_is_told_apart(training: HandOver) -> None:
    """A main block with its own data and loop has nothing to call."""
    lines = ("net = Net()", "loader = DataLoader([])", "net(next(iter(loader))).backward()")
    script = "\nif __name__ == '__main__':\n" + "".join(f"    {line}\n" for line in lines)
    handed = training({"hw4.py": NET + script})
    assert handed.reason == "free_form_script"
    assert (handed.problem["file"], handed.problem["line"]) == ("hw4.py", NET.count("\n") + 4)


def test_train_that_raises_names_the_line(training: HandOver) -> None:
    """The exception, its words and the line in train()."""
    source = trained(end="raise ValueError('loss is nan')")
    handed = training({"hw4.py": source})
    assert handed.reason == "train_raised"
    assert handed.problem["facts"] == {"error": "ValueError", "detail": "loss is nan"}
    assert handed.problem["line"] == source.count("\n")


def test_train_that_asks_for_more_is_named(training: HandOver) -> None:
    """An argument that nobody knows a value for: Python's own words, at the function's line."""
    handed = training({"hw4.py": trained("model, train_data, epochs, schedule")})
    assert handed.reason == "train_raised" and "schedule" in handed.problem["facts"]["detail"]
    assert (handed.problem["file"], handed.problem["line"]) == ("hw4.py", NET.count("\n") + 2)


def test_network_that_does_not_run_is_not_trained(training: HandOver) -> None:
    """A forward pass that fails is the problem, before any training."""
    handed = training({"hw4.py": trained().replace("4 * 6 * 6", "4 * 5 * 5")})
    assert handed.reason == "wrong_linear_size"
    assert handed.problem["facts"] == {"layer": "fc", "declared": 100, "needed": 144}


def test_labels_and_pixels_are_those_of_the_share(training: HandOver) -> None:
    """Examples, batches and tensors agree with each other, in 0..1 and with int labels."""
    check = """
    x, y = train_data.tensors()
    image, label = train_data[7]
    assert type(label) is int and label == int(y[7]) and torch.equal(image, x[7])
    assert torch.equal(image, train_data[-53][0])
    batch = train_data.__getitems__([3, 7])
    assert torch.equal(batch[1][0], image) and batch[1][1] == label
    assert 0 <= x.min() and 0.9 < x.max() <= 1 and image.shape == (1, 12, 12)
    assert torch.equal((x * 255).round().to(torch.uint8)[:, 0], train_data.data)
    assert torch.equal(train_data.targets, y) and len(train_data.classes) == 10
"""
    handed = training({"hw4.py": f"{NET}\ndef train(model, train_data):{check}    return model\n"})
    assert handed.problem is None


def test_without_epochs_the_network_is_handed_over_as_built(training: HandOver) -> None:
    """train() is not called and not missed; there is one network, at batch 1 and at the batch that is scored."""
    handed = training({"hw4.py": NET}, budget={"epochs": 0, "seconds": 20})
    assert handed.problem is None and handed.message["training"] is None
    assert [tape.batch for tape in handed.tapes("trained")] == [1, 5]
    assert list(handed.message["tapes"]) == ["trained"]
