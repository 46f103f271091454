"""Networks that cannot be built or do not run: the reason, the place and the numbers."""

from __future__ import annotations

import pytest
import torch

from tests.inside.student.conftest import HandOver
from tests.inside.student.written import LECTURE, LECTURE_PARAMS, PLAIN_FORWARD, SMALL, small


def line_with(source: str, text: str) -> int:
    """The number of the first line that has this text."""
    return next(number for number, line in enumerate(source.splitlines(), 1) if text in line)


def test_wrong_linear_size_says_the_right_one(network: HandOver) -> None:
    """5 x 5 maps declared, 6 x 6 arrive: the layer, both numbers, the line, and the parameters that there are."""
    source = LECTURE.replace("256 * 6 * 6", "256 * 5 * 5")
    handed = network({"hw4.py": source})
    assert handed.reason == "wrong_linear_size"
    assert handed.problem["facts"] == {"layer": "fc1", "declared": 256 * 25, "needed": 256 * 36}
    assert (handed.problem["file"], handed.problem["line"]) == ("hw4.py", line_with(source, "self.fc1(x)"))
    assert handed.params == LECTURE_PARAMS - 4096 * 256 * (36 - 25)
    assert handed.tapes() == []


def test_wrong_view_says_the_right_size(network: HandOver) -> None:
    """view(-1, N) with a wrong N that one linear layer expects is the same mistake."""
    source = small("return self.fc(self.conv(x).view(-1, 300))", "self.fc = nn.Linear(300, num_classes)")
    handed = network({"a.py": source}, **SMALL)
    assert handed.reason == "wrong_linear_size"
    assert handed.problem["facts"] == {"layer": "fc", "declared": 300, "needed": 256}


def test_wrong_input_channels_are_named(network: HandOver) -> None:
    """A first convolution for grey images on colour images."""
    handed = network({"a.py": small(PLAIN_FORWARD, "self.conv = nn.Conv2d(1, 4, 3, padding=1)")}, **SMALL)
    assert handed.reason == "wrong_input_channels"
    assert handed.problem["facts"] == {"layer": "conv", "declared": 1, "given": 3}


def test_forward_that_raises_names_the_line(network: HandOver) -> None:
    """A layer that was never made: the exception, its words and the line in forward."""
    source = small("x = self.conv(x)\n        return self.fc2(x.flatten(1))")
    handed = network({"a.py": source}, **SMALL)
    assert handed.reason == "forward_raised"
    assert handed.problem["facts"]["error"] == "AttributeError" and "fc2" in handed.problem["facts"]["detail"]
    assert handed.problem["line"] == line_with(source, "self.fc2")
    assert handed.params == 4 * 28 + 257 * 10


def test_unwritten_starter_is_no_wrong_network(network: HandOver) -> None:
    """The starter's own NotImplementedError says that a part is missing, with its words and its line."""
    source = small('raise NotImplementedError("connect your layers")')
    handed = network({"a.py": source}, **SMALL)
    assert handed.reason == "not_written"
    assert handed.problem["facts"] == {"detail": "connect your layers"}
    assert handed.problem["line"] == line_with(source, "raise NotImplementedError")


def test_forgotten_flatten_is_the_cpu_s_own_message(network: HandOver) -> None:
    """Maps that go into a linear layer unflattened are no wrong size; the words are those of a real run."""
    handed = network({"a.py": small("return self.fc(self.conv(x))")}, **SMALL)
    assert handed.reason == "forward_raised"
    assert "mat1 and mat2 shapes cannot be multiplied" in handed.problem["facts"]["detail"]


def test_forward_that_never_ends_names_the_line(network: HandOver) -> None:
    """A loop in forward is stopped at its line."""
    source = small("while True:\n            x = x + 1")
    handed = network({"a.py": source}, **SMALL, forward_s=1)
    assert handed.reason == "forward_timeout"
    assert handed.problem["line"] in (line_with(source, "while True"), line_with(source, "x = x + 1"))


def test_constructor_that_never_ends_names_the_line(network: HandOver) -> None:
    """A loop in __init__ is stopped at its line."""
    source = small(PLAIN_FORWARD, "while True: pass")
    handed = network({"a.py": source}, **SMALL, build_s=1)
    assert (handed.reason, handed.problem["line"]) == ("build_timeout", line_with(source, "while True"))


def test_constructor_that_raises_names_the_line(network: HandOver) -> None:
    """The exception of __init__ with its words."""
    source = small(PLAIN_FORWARD, "raise ValueError('no such depth')")
    handed = network({"a.py": source}, **SMALL)
    assert handed.reason == "constructor_raised"
    assert handed.problem["facts"] == {"name": "CustomAlexNet", "error": "ValueError", "detail": "no such depth"}


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU here, so nothing lacks one")
@pytest.mark.parametrize("forward", ["return self.fc(self.conv(x.cuda()).flatten(1))", "return x.to('cuda')"])
def test_forward_that_needs_a_gpu_says_so(network: HandOver, forward: str) -> None:
    """Hard-coded cuda on a machine without one."""
    assert network({"a.py": small(forward)}, **SMALL).reason == "needs_gpu"


def test_output_that_is_no_tensor_is_named(network: HandOver) -> None:
    """A network that returns text."""
    handed = network({"a.py": small("return 'cat'")}, **SMALL)
    assert (handed.reason, handed.problem["facts"]) == ("output_not_tensor", {"kind": "str"})


def test_weights_file_that_is_missing_is_named(network: HandOver) -> None:
    """A checkpoint loaded in __init__ from a path that is not here."""
    source = small(PLAIN_FORWARD, "self.load_state_dict(torch.load('/content/drive/best.pth'))")
    handed = network({"a.py": source}, **SMALL)
    assert (handed.reason, handed.problem["facts"]) == ("missing_file", {"path": "/content/drive/best.pth"})


def test_pretrained_weights_are_named(network: HandOver) -> None:
    """Weights that would be downloaded are not to be had, and the reason says pre-trained."""
    source = small(PLAIN_FORWARD, "torch.hub.load_state_dict_from_url('http://localhost:9/alexnet.pth')")
    assert network({"a.py": source}, **SMALL).reason == "pretrained"


EVIL = """
class Evil(Exception):
    def __str__(self):
        {body}
    __repr__ = __str__
"""


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ("raise self", ""),
        ("while True: pass", ""),
        ("return 7", ""),
        ("return 'a' * 10**7", "a" * 299 + "…"),
        ("return '\\x1b[31mred\\n\\u202egnp.exe'", "[31mred gnp.exe"),
    ],
)
def test_exception_s_words_are_bounded(network: HandOver, body: str, detail: str) -> None:
    """An exception whose text hangs, lies or floods gives at most 300 plain characters."""
    handed = network({"a.py": small("raise Evil", before=EVIL.format(body=body))}, **SMALL)
    assert handed.reason == "forward_raised"
    assert handed.problem["facts"] == {"error": "Evil", "detail": detail}
