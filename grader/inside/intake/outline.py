"""What a Python file defines and does when it is imported, read from its tree and never run."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence

from grader.domain.evidence import SourceClass, SourceOutline

MOST_CODE = 64 << 10

_MOST_NAMES = 500
_MOST_CLASSES = 200
_NAME = 200

_MODULE_BASES = frozenset(
    {"Module", "Sequential", "ModuleList", "ModuleDict", "LightningModule"}
    | {"Conv1d", "Conv2d", "Conv3d", "ConvTranspose2d", "Linear", "BatchNorm2d"}
    | {"AlexNet", "VGG", "ResNet", "DenseNet", "MobileNetV2", "EfficientNet", "GoogLeNet", "SqueezeNet"}
)
_DATA_SETS = frozenset(
    {"MNIST", "FashionMNIST", "KMNIST", "EMNIST", "QMNIST", "USPS", "CIFAR10", "CIFAR100", "SVHN", "STL10"}
    | {"ImageFolder", "ImageNet", "Caltech101", "Flowers102", "Food101", "OxfordIIITPet"}
    | {"load_dataset", "fetch_openml", "load_digits", "load_data", "load_data_fashion_mnist"}
)
_TRAINING_CALLS = frozenset({"backward", "fit"})

_Definition = ast.FunctionDef | ast.AsyncFunctionDef


def outline(tree: ast.Module, path: str, code: str) -> SourceOutline:
    """The outline of one parsed file."""
    top = list(_statements(tree.body))
    called = list(_called(tree))
    at_import = list(_run_at_import(tree))
    now = [name for node in at_import for name in _called(node)]
    return SourceOutline(
        path=path,
        classes=_classes([node for node in top if isinstance(node, ast.ClassDef)]),
        functions=_unique(node.name for node in top if isinstance(node, _Definition)),
        imports=_unique(_imports(tree)),
        calls=_unique(called),
        loads_data=bool(_DATA_SETS.intersection(called)) or "DataLoader" in now,
        trains_at_import=any(map(_trains, at_import)),
        code=code[:MOST_CODE],
    )


def _statements(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements of a module, those inside if, try, with and loops too, but none of functions or classes."""
    for node in body:
        yield node
        if isinstance(node, _Definition | ast.ClassDef):
            continue
        for name in ("body", "orelse", "finalbody"):
            yield from _statements(getattr(node, name, []))
        for handler in getattr(node, "handlers", []):
            yield from _statements(handler.body)


def _classes(nodes: Sequence[ast.ClassDef]) -> tuple[SourceClass, ...]:
    modules: set[str] = set()
    found = []
    for node in nodes[:_MOST_CLASSES]:
        bases = tuple(ast.unparse(base)[:_NAME] for base in node.bases)
        is_module = any(_last(base) in _MODULE_BASES or base in modules for base in bases)
        if is_module:
            modules.add(node.name)
        found.append(SourceClass(node.name[:_NAME], node.lineno, bases, _required(node), is_module))
    return tuple(found)


def _last(name: str) -> str:
    return name.split("(")[0].rsplit(".", 1)[-1]


def _required(node: ast.ClassDef) -> tuple[str, ...]:
    """Constructor arguments without a default."""
    for item in node.body:
        if isinstance(item, _Definition) and item.name == "__init__":
            positional = [*item.args.posonlyargs, *item.args.args]
            without = positional[1 : len(positional) - len(item.args.defaults)]
            keyword = [
                argument
                for argument, default in zip(item.args.kwonlyargs, item.args.kw_defaults, strict=True)
                if default is None
            ]
            return tuple(argument.arg[:_NAME] for argument in [*without, *keyword])
    return ()


def _imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            origin = "." * node.level + (node.module or "")
            yield from (f"{origin}.{alias.name}" if node.module else f"{origin}{alias.name}" for alias in node.names)


def _called(node: ast.AST) -> Iterator[str]:
    """Last name of everything that is called below a node, in the order of the walk."""
    for below in ast.walk(node):
        if isinstance(below, ast.Call):
            if isinstance(below.func, ast.Attribute):
                yield below.func.attr
            elif isinstance(below.func, ast.Name):
                yield below.func.id


def _run_at_import(tree: ast.Module) -> Iterator[ast.stmt]:
    """Statements that an import runs, those of the file's own functions and methods that it calls included.

    What stands under `if __name__ == "__main__":` is not run.
    """
    functions = {node.name: node for node in ast.walk(tree) if isinstance(node, _Definition)}
    waiting: list[Sequence[ast.stmt]] = [tree.body]
    seen: set[str] = set()
    while waiting:
        for node in waiting.pop():
            if isinstance(node, _Definition | ast.ClassDef) or _is_main_guard(node):
                continue
            yield node
            for name in _called(node):
                if name in functions and name not in seen:
                    seen.add(name)
                    waiting.append(functions[name].body)


def _is_main_guard(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and any(
        isinstance(below, ast.Name) and below.id == "__name__" for below in ast.walk(node.test)
    )


def _trains(node: ast.stmt) -> bool:
    """True for a statement with a backward pass, an optimiser's step or a fit in it."""
    for below in ast.walk(node):
        if isinstance(below, ast.Call) and isinstance(below.func, ast.Attribute):
            if below.func.attr in _TRAINING_CALLS:
                return True
            if below.func.attr == "step" and "optim" in ast.unparse(below.func.value).lower():
                return True
    return False


def _unique(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name[:_NAME] for name in names))[:_MOST_NAMES]
