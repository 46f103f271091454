"""What happens when the lectures' code and layers are run with real values."""

from __future__ import annotations

import ast
import difflib
import inspect
import warnings
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from reference.counting import count_params, forward
from reference.models.catalogue import find_entry
from reference.models.senet import SEModule


def outcome(action: Callable[[], object]) -> str:
    """ "runs", or the name of the exception."""
    try:
        action()
    except (RuntimeError, TypeError, ValueError, SyntaxError, AttributeError) as error:
        return type(error).__name__
    return "runs"


def outcomes(networks: Sequence[str], input: Sequence[int]) -> list[str]:  # noqa: A002 - the key in facts.toml
    """What each network does with an image."""
    built = (find_entry(name).network() for name in networks)
    return [outcome(lambda network=network: forward(network, input)) for network in built]


def compiles(code: str) -> str:
    """ "compiles", or the name of the exception."""
    result = outcome(lambda: compile(code, "slide", "exec"))
    return "compiles" if result == "runs" else result


def calls(code: str) -> list[str]:
    """Names that are called inside the outermost call, in their order."""
    (statement,) = ast.parse(code).body
    inner = [node for node in ast.walk(statement) if isinstance(node, ast.Call)][1:]
    return [node.func.id for node in inner if isinstance(node.func, ast.Name)]


def nearest_argument(word: str) -> str:
    """The argument of nn.Conv2d whose name is nearest to a word."""
    names = list(inspect.signature(nn.Conv2d).parameters)
    return difflib.get_close_matches(word, names, n=1)[0]


def sequential_outcome(layers: Sequence[str]) -> str:
    """What an nn.Sequential of these layers does with a colour image of 32x32."""
    built = []
    for layer in layers:
        call = ast.parse(layer, mode="eval").body
        assert isinstance(call, ast.Call) and isinstance(call.func, ast.Name)
        arguments = [ast.literal_eval(argument) for argument in call.args]
        options = {str(keyword.arg): ast.literal_eval(keyword.value) for keyword in call.keywords}
        built.append(getattr(nn, call.func.id)(*arguments, **options))
    return outcome(lambda: nn.Sequential(*built)(torch.zeros(1, 3, 32, 32)))


def conv_outcome(arguments: Mapping[str, Any]) -> str:
    """What the call of nn.Conv2d does."""
    return outcome(lambda: nn.Conv2d(**arguments))


def groups_outcomes(cases: Sequence[Sequence[int]]) -> list[str]:
    """What nn.Conv2d does for each in, out and groups."""
    return [outcome(lambda case=case: nn.Conv2d(case[0], case[1], 3, groups=case[2])) for case in cases]


def matmul_outcome(left: Sequence[int], right: Sequence[int]) -> str:
    """What the product of two matrices does."""
    return outcome(lambda: torch.zeros(*left) @ torch.zeros(*right))


def iterator_next() -> str:
    """What .next() on a DataLoader's iterator does."""
    batches: Any = iter(DataLoader(TensorDataset(torch.zeros(4, 1))))
    return outcome(lambda: batches.next())


def se_module(channels: Sequence[int]) -> list[str]:
    """Parameters of the SE module for each number of channels, or the exception when it is used."""
    results = []
    for n in channels:
        with warnings.catch_warnings():
            # torch says that there is nothing to initialise in a convolution without filters.
            warnings.filterwarnings("ignore", message="Initializing zero-element tensors")
            module = SEModule(n)
        result = outcome(lambda module=module, n=n: module(torch.zeros(1, n, 2, 2)))
        results.append(str(count_params(module)) if result == "runs" else result)
    return results


def repeats_in_eval(network: str) -> bool:
    """True when two passes in eval mode give the same scores."""
    module, name = find_entry(network).build.split(":")
    built = getattr(import_module(f"reference.models.{module}"), name)().eval()
    image = torch.ones(1, *find_entry(network).input_shape)
    with torch.no_grad():
        return torch.equal(built(image), built(image))


def repr_lines(network: str, like: str) -> int:
    """Lines of a network's printed structure, which must be another's."""
    printed = repr(find_entry(network).network())
    assert printed == repr(find_entry(like).network())
    return len(printed.splitlines())


def wrapped_keys(network: str, path: str) -> list[str]:
    """Names of the tensors of a part of the network, wrapped in nn.DataParallel."""
    return list(nn.DataParallel(find_entry(network).network().get_submodule(path)).state_dict())


def same_network(networks: Sequence[str]) -> str:
    """ "the same" when both have the same tensors and, with the same weights, the same outputs."""
    entries = [find_entry(name) for name in networks]
    first, second = (
        getattr(import_module(f"reference.models.{entry.build.split(':')[0]}"), entry.build.split(":")[1])().eval()
        for entry in entries
    )
    second.load_state_dict(first.state_dict())
    images = torch.randn(4, *entries[0].input_shape, generator=torch.Generator().manual_seed(0))
    return "the same" if torch.equal(first(images), second(images)) else "different"


def receptive_field(kernels: Sequence[int]) -> int:
    """Side of the input's patch that one value of the output depends on, read off its gradient."""
    image = torch.zeros(1, 1, 15, 15, requires_grad=True)
    out: Tensor = image
    for kernel in kernels:
        out = F.conv2d(out, torch.ones(1, 1, kernel, kernel))
    middle = out.shape[-1] // 2
    (gradient,) = torch.autograd.grad(out[0, 0, middle, middle], image)
    return int((gradient[0, 0].sum(0) != 0).sum())


def concatenated(shapes: Sequence[Sequence[int]]) -> list[int]:
    """Shape of the maps side by side in the channels."""
    return list(torch.cat([torch.zeros(1, *shape) for shape in shapes], dim=1).shape[1:])


def weight_shapes(channels: int, kernel: int) -> list[list[int]]:
    """Weights of the regular and of the depthwise convolution."""
    built = (nn.Conv2d(channels, channels, kernel, groups=groups) for groups in (1, channels))
    return [list(convolution.weight.shape) for convolution in built]


def pointwise_filters(inputs: int, outputs: int) -> int:
    """Filters of a 1x1 convolution; each sees all channels."""
    weight = nn.Conv2d(inputs, outputs, kernel_size=1).weight
    assert weight[0].numel() == inputs
    return len(weight)


def pooling_is_mean() -> bool:
    """True when global average pooling and flattening are the mean over height and width."""
    maps = torch.arange(2 * 3 * 4 * 5, dtype=torch.float64).view(2, 3, 4, 5)
    return torch.allclose(nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())(maps), maps.mean((2, 3)))


def is_cross_correlation() -> bool:
    """True when a lone 1 in the kernel's corner picks that corner of the image, and not the opposite one."""
    image = torch.arange(9.0).view(1, 1, 3, 3)
    kernel = torch.zeros(1, 1, 3, 3)
    kernel[0, 0, 0, 0] = 1
    return F.conv2d(image, kernel).item() == image[0, 0, 0, 0].item()


def relu(inputs: Sequence[float]) -> list[float]:
    """ReLU of each value."""
    return nn.ReLU()(torch.tensor(inputs, dtype=torch.float64)).tolist()


def max_pool(inputs: Sequence[float], kernel: Sequence[int], stride: Sequence[int]) -> list[float]:
    """Max pooling of 2x3x4x4 values, row by row."""
    maps = torch.tensor(inputs, dtype=torch.float64).view(2, 3, 4, 4)
    return F.max_pool2d(maps, tuple(kernel), tuple(stride)).flatten().tolist()


def avg_pool(inputs: Sequence[Sequence[float]], kernel: int) -> list[float]:
    """Average pooling of one map, row by row."""
    return F.avg_pool2d(torch.tensor([inputs], dtype=torch.float64), kernel).flatten().tolist()


def padded_pooling(value: float) -> list[float]:
    """Average and maximum of one padded value under a 3x3 window."""
    one = torch.full((1, 1, 1), value, dtype=torch.float64)
    return [F.avg_pool2d(one, 3, padding=1).item(), F.max_pool2d(one, 3, padding=1).item()]
