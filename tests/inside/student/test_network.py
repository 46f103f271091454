"""student.network: what is handed over of a network that runs."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from grader.wire.tape import Tape
from tests.inside.student.conftest import HandOver
from tests.inside.student.handed import Handed, replay, tensor_from
from tests.inside.student.written import HEAD, LECTURE, LECTURE_PARAMS, PLAIN_FORWARD, SMALL, small


def end_shape(tape: Tape) -> tuple[int, ...]:
    """The shape of the tape's output as it was recorded."""
    shapes = {number: shape for op in tape.ops for number, shape in zip(op.out, op.shapes, strict=True)}
    shape: tuple[int, ...] = shapes[tape.output]
    return shape


def operators(handed: Handed) -> list[str]:
    """The operators of the first tape."""
    return [op.op for op in handed.tape().ops]


def run_again(source: str, handed: Handed, given: torch.Tensor) -> torch.Tensor:
    """The output of the same source run here, with the weights that were handed over."""
    space: dict[str, Any] = {"__name__": "written"}
    exec(source, space)
    network = space["CustomAlexNet"]().eval()
    state = {n: tensor_from(handed.frame.blobs[t.blob or ""], t) for t in handed.tape().tensors for n in t.names}
    network.load_state_dict(state, strict=False)
    with torch.no_grad():
        output: torch.Tensor = network(given)
    return output


def test_lecture_network_is_handed_over_without_weights(network: HandOver) -> None:
    """The lecture's AlexNet gives two tapes and no blob, and its parameters sum up to the hand calculation."""
    handed = network({"hw4.py": LECTURE})
    assert handed.problem is None and handed.notes == []
    assert handed.chosen == {"name": "CustomAlexNet", "file": "hw4.py", "line": 6, "rule": "name", "candidates": []}
    assert handed.params == LECTURE_PARAMS == 45_442_856
    assert [end_shape(tape) for tape in handed.tapes()] == [(1, 1000), (2, 1000)]
    assert handed.frame.blobs == {}


def test_tape_names_modules_and_lines(network: HandOver) -> None:
    """Each convolution's row knows its module, its call, and the student's line."""
    tape = network({"hw4.py": LECTURE}).tape()
    rows = [(tape.modules[op.module].path, op.call, op.file) for op in tape.ops if "convolution" in op.op]
    assert rows == [(f"conv{number}", 0, "hw4.py") for number in range(1, 6)]
    lines = LECTURE.splitlines()
    assert all("self.conv" in lines[(op.line or 0) - 1] for op in tape.ops if "convolution" in op.op)
    assert (tape.modules[0].path, tape.modules[0].file, tape.modules[0].line) == ("", "hw4.py", 6)


FORWARDS = {
    "plain": PLAIN_FORWARD,
    "in place": "x = self.conv(x); x.relu_(); x += 1; return self.fc(x.view(x.size(0), -1))",
    "views": "x = self.conv(x).permute(0, 2, 3, 1).contiguous(); a, b = x.chunk(2, 1); x = torch.cat([b, a], 1);"
    " return self.fc(x.reshape(x.shape[0], -1))",
    "data": "x = self.conv(x); x.data.mul_(2); return self.fc(x.flatten(1))",
    "view written into": "x = self.conv(x); x[:, 0] = 0.5; return self.fc(x.flatten(1))",
    "constant": "s = torch.tensor([1.0, 2.0, 3.0]); return self.fc(self.conv(x * s.view(1, 3, 1, 1)).flatten(1))",
    "infinite fill": "x = self.conv(x).masked_fill(x.sum() > 999, float('-inf')); return self.fc(x.flatten(1))",
    "attention": "x = self.conv(x).flatten(2); x = F.scaled_dot_product_attention(x, x, x);"
    " return self.fc(x.flatten(1))",
    "softmax": "return F.softmax(self.fc(self.conv(x).flatten(1)), dim=1)",
    "tuple": "return self.fc(self.conv(x).flatten(1)), x",
    "item": "s = x.mean().item(); print(s); return self.fc(self.conv(x).flatten(1))",
    "numpy": "x = torch.from_numpy(self.conv(x).numpy()); return self.fc(x.flatten(1))",
}


@pytest.mark.parametrize("forward", FORWARDS.values(), ids=FORWARDS.keys())
def test_replayed_tape_gives_the_network_s_own_output(network: HandOver, forward: str) -> None:
    """Replaying the tape with torch.ops gives what the same source gives here, on an input it has not seen."""
    source = small(forward)
    handed = network({"a.py": source}, **SMALL, weights=True, batches=[2])
    assert handed.problem is None
    given = torch.rand(2, 3, 8, 8, generator=torch.Generator().manual_seed(1))
    want = run_again(source, handed, given.clone())
    want = want[0] if isinstance(want, tuple) else want
    assert torch.allclose(replay(handed.tape(), handed.frame.blobs, given), want, atol=1e-6)


def test_tied_weights_are_one_tensor_with_two_names(network: HandOver) -> None:
    """A tied weight has one id, both names, and counts once."""
    forward = "x = self.conv(x).flatten(1); return self.out(self.fc(x) @ self.fc.weight)"
    init = "self.fc = nn.Linear(256, 256, bias=False); self.out = nn.Linear(256, 256, bias=False);"
    init += " self.out.weight = self.fc.weight"
    handed = network({"a.py": small(forward, init)}, **SMALL)
    names = [tensor.names for tensor in handed.tape().tensors if tensor.kind == "parameter"]
    assert ("fc.weight", "out.weight") in names
    assert handed.params == 4 * (3 * 9 + 1) + 256 * 256


def test_unused_layers_and_buffers_are_on_the_tape(network: HandOver) -> None:
    """What forward never reads is registered all the same."""
    init = "self.never = nn.Linear(5, 7); self.register_buffer('mean', torch.zeros(3))"
    handed = network({"a.py": small(PLAIN_FORWARD, init)}, **SMALL)
    kinds = {name: tensor.kind for tensor in handed.tape().tensors for name in tensor.names}
    assert kinds["never.weight"] == kinds["never.bias"] == "parameter" and kinds["mean"] == "buffer"
    assert handed.params == 4 * 28 + 257 * 10 + 5 * 7 + 7


def test_layer_called_twice_has_two_calls(network: HandOver) -> None:
    """The running number tells the calls of one module apart."""
    init = "self.again = nn.Conv2d(4, 4, 3, padding=1)"
    forward = "return self.fc(self.again(self.again(self.conv(x))).flatten(1))"
    tape = network({"a.py": small(forward, init)}, **SMALL).tape()
    assert [op.call for op in tape.ops if tape.modules[op.module].path == "again"] == [0, 1]


def test_unregistered_layer_is_a_constant(network: HandOver) -> None:
    """Weights that no module has registered show as constants, and do not count as parameters."""
    source = small("return self.fc(self.hidden[0](self.conv(x)).flatten(1))", "self.hidden = [nn.Conv2d(4, 4, 1)]")
    handed = network({"a.py": source}, **SMALL)
    shapes = [tensor.shape for tensor in handed.tape().tensors if tensor.kind == "constant"]
    assert shapes == [(4, 4, 1, 1), (4,)]
    assert handed.params == 4 * 28 + 257 * 10


def test_layer_made_in_forward_is_random(network: HandOver) -> None:
    """A layer that is made anew in each pass draws its weights on the tape."""
    handed = network({"a.py": small("return self.fc(nn.Conv2d(4, 4, 1)(self.conv(x)).flatten(1))")}, **SMALL)
    assert handed.message["repeat"] == ["aten.uniform_.default"]


def test_dropout_that_stays_on_is_seen_twice(network: HandOver) -> None:
    """F.dropout without training= is a random operator on the tape, with its line."""
    source = small("x = F.dropout(self.conv(x), 0.5)\n        return self.fc(x.flatten(1))")
    handed = network({"a.py": source}, **SMALL)
    assert handed.message["repeat"] == ["aten.bernoulli_.float"]
    line = next(op.line for op in handed.tape().ops if op.op == "aten.bernoulli_.float")
    assert "F.dropout" in source.splitlines()[(line or 0) - 1]


def test_branch_on_chance_is_noted(network: HandOver) -> None:
    """Two passes in eval mode that take different paths give a note."""
    before = "\nflips = iter([True, False] * 9)\n"
    handed = network(
        {"a.py": small(f"x = x * 2 if next(flips) else x\n        {PLAIN_FORWARD}", before=before)},
        **SMALL,
        batches=[1],
    )
    assert handed.notes == ["graphs_differ"]


def test_lazy_layers_get_their_sizes(network: HandOver) -> None:
    """LazyLinear is measured with the size that its first input gives it."""
    handed = network({"a.py": small(PLAIN_FORWARD, "self.fc = nn.LazyLinear(10)")}, **SMALL)
    assert handed.problem is None
    assert handed.params == 4 * 28 + 257 * 10


def test_network_that_needs_real_numbers_falls_back_to_the_cpu(network: HandOver) -> None:
    """A branch on a value cannot run on the meta device; the tape comes from the cpu, still without blobs."""
    handed = network({"a.py": small(f"x = x if x.sum() > -1 else -x\n        {PLAIN_FORWARD}")}, **SMALL)
    assert handed.problem is None and handed.frame.blobs == {}
    assert "aten._local_scalar_dense.default" in operators(handed)


@pytest.mark.parametrize("init", ["self.conv.weight.data = torch.from_numpy(self.conv.weight.detach().numpy())"])
def test_constructor_that_needs_real_numbers_falls_back_to_the_cpu(network: HandOver, init: str) -> None:
    """Weights set through numpy cannot be built on the meta device."""
    handed = network({"a.py": small(PLAIN_FORWARD, init)}, **SMALL)
    assert handed.problem is None and handed.params == 4 * 28 + 257 * 10


def test_fast_attention_is_opened(network: HandOver) -> None:
    """nn.MultiheadAttention in eval mode is recorded as the products it computes, not as one fused call."""
    init = "self.att = nn.MultiheadAttention(64, 4, batch_first=True)"
    forward = "x = self.conv(x).flatten(2); x, _ = self.att(x, x, x); return self.fc(x.flatten(1))"
    found = operators(network({"a.py": small(forward, init)}, **SMALL))
    assert not any("native_multi_head" in name or "flash" in name for name in found)
    assert any(name.startswith(("aten.bmm", "aten.baddbmm", "aten.matmul")) for name in found)


def test_patched_counters_change_nothing(network: HandOver) -> None:
    """Patching parameters(), numel() and shape does not reach the rows that are handed over."""
    patch = (
        "\nnn.Module.parameters = lambda self, recurse=True: iter([nn.Parameter(torch.empty(10**9, device='meta'))])"
        "\nnn.Module.named_parameters = lambda self, *a, **k: iter([])"
        "\ntorch.Tensor.numel = lambda self: 12345\n"
    )
    handed = network({"a.py": small(PLAIN_FORWARD, before=patch)}, **SMALL)
    assert handed.params == 4 * 28 + 257 * 10
    assert [t.shape for t in handed.tape().tensors if "conv.weight" in t.names] == [(4, 3, 3, 3)]


def test_mode_that_eval_does_not_change_is_recorded(network: HandOver) -> None:
    """A network that ignores eval() shows its layers in training mode."""
    init = "self.norm = nn.BatchNorm2d(4)\n    def eval(self):\n        return self.train(True)"
    forward = "return self.fc(self.norm(self.conv(x)).flatten(1))"
    tape = network({"a.py": small(forward, init)}, **SMALL).tape()
    assert {module.path: module.training for module in tape.modules}["norm"] is True


def test_works_at_batch_one_only(network: HandOver) -> None:
    """A network that breaks at batch 2 is handed over at batch 1, with a note that says why."""
    handed = network({"a.py": small("return self.fc(self.conv(x).view(1, 256))")}, **SMALL)
    assert handed.problem is None and [tape.batch for tape in handed.tapes()] == [1]
    (note,) = handed.message["notes"]
    assert note["facts"]["batch"] == 2


def test_recurrent_network_is_opened(network: HandOver) -> None:
    """An LSTM is recorded as plain operators that torch.ops can replay."""
    init = "self.rnn = nn.LSTM(24, 8, batch_first=True); self.fc = nn.Linear(64, num_classes)"
    forward = "x, _ = self.rnn(x.permute(0, 2, 1, 3).flatten(2)); return self.fc(x.flatten(1))"
    handed = network({"a.py": small(forward, init)}, **SMALL, weights=True, batches=[1])
    assert not any("mkldnn" in name for name in operators(handed))
    given = torch.rand(1, 3, 8, 8)
    want = run_again(small(forward, init), handed, given)
    assert torch.allclose(replay(handed.tape(), handed.frame.blobs, given), want, atol=1e-6)


def test_functional_network_has_its_own_weights(network: HandOver) -> None:
    """F.conv2d with an nn.Parameter is a convolution that reads that parameter."""
    init = "self.kernel = nn.Parameter(torch.randn(4, 3, 3, 3))"
    tape = network(
        {"a.py": small("return self.fc(F.conv2d(x, self.kernel, padding=1).flatten(1))", init)}, **SMALL
    ).tape()
    kernel = next(tensor for tensor in tape.tensors if "kernel" in tensor.names)
    convolution = next(op for op in tape.ops if op.op == "aten.convolution.default")
    assert convolution.args[1] == {"t": kernel.id}


def test_torchvision_can_be_imported(network: HandOver) -> None:
    """A file that takes its network from torchvision is measured like any other."""
    source = f"{HEAD}\nfrom torchvision import models\n\ndef build_model():\n    return models.alexnet(weights=None)\n"
    handed = network({"a.py": source})
    assert handed.problem is None and handed.params == 61_100_840
