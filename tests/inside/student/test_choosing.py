"""Which of the things in a submission's files answers a question."""

from __future__ import annotations

from typing import Any

from tests.inside.student.conftest import HandOver
from tests.inside.student.written import HEAD


def net(name: str, channels: int = 3, outputs: int = 10, arguments: str = "") -> str:
    """A class on 8 x 8 images with these input channels and outputs."""
    return (
        f"\nclass {name}(nn.Module):\n"
        f"    def __init__(self{arguments}):\n"
        "        super().__init__()\n"
        f"        self.conv = nn.Conv2d({channels}, 2, 3, padding=1)\n"
        f"        self.fc = nn.Linear(128, {outputs})\n"
        "    def forward(self, x):\n"
        "        return self.fc(self.conv(x).flatten(1))\n"
    )


def wish(
    *names: str, declared: str | None = None, channels: int | None = 3, outputs: int | None = 10
) -> dict[str, Any]:
    """Message fields for a selector on 8 x 8 images."""
    selector = {"declared_name": declared, "names": list(names), "input_channels": channels, "outputs": outputs}
    arguments = {} if outputs is None else {"num_classes": outputs}
    return {"selector": selector, "input_shape": [channels or 3, 8, 8], "build_arguments": arguments}


def test_declared_name_wins(network: HandOver) -> None:
    """The name under [classes] goes before the assignment's own names."""
    handed = network({"a.py": HEAD + net("AlexNet") + net("Mine")}, **wish("AlexNet", declared="Mine"))
    assert (handed.chosen["name"], handed.chosen["rule"]) == ("Mine", "declared")


def test_declared_name_that_is_missing_is_noted(network: HandOver) -> None:
    """Without the declared class the next rule chooses, and a note says what was found."""
    handed = network({"a.py": HEAD + net("AlexNet")}, **wish("AlexNet", declared="Alexnet"))
    assert (handed.chosen["name"], handed.chosen["rule"]) == ("AlexNet", "name")
    (note,) = handed.message["notes"]
    assert note["reason"] == "class_missing"
    assert note["facts"] == {"wanted": "Alexnet", "found": ["AlexNet"]}


def test_declared_function_of_any_name_is_called(network: HandOver) -> None:
    """A declared function need not have a telling name."""
    source = HEAD + net("Inner", arguments=", width") + "\ndef question_two():\n    return Inner(8)\n"
    handed = network({"a.py": source}, **wish(declared="question_two"))
    assert handed.problem is None and handed.chosen["name"] == "question_two"


def test_declared_name_of_something_else_is_noted(network: HandOver) -> None:
    """A declared name that is no class, function or network says what it is."""
    handed = network({"a.py": HEAD + net("Net") + "\nanswer = 'AlexNet'\n"}, **wish(declared="answer"))
    assert handed.message["notes"][0]["facts"] == {"name": "answer", "type": "str"}
    assert handed.chosen["name"] == "Net"


def test_names_are_tried_in_their_order(network: HandOver) -> None:
    """The assignment's first name wins, whatever the order in the file."""
    handed = network({"a.py": HEAD + net("Second") + net("First")}, **wish("First", "Second"))
    assert handed.chosen["name"] == "First"


def test_structure_tells_networks_apart(network: HandOver) -> None:
    """Of two unnamed classes, the one with the question's channels and outputs is chosen."""
    source = HEAD + net("Colour", 3, 10) + net("Grey", 1, 10)
    assert network({"a.py": source}, **wish(channels=3)).chosen["name"] == "Colour"
    handed = network({"a.py": source}, **wish(channels=1))
    assert (handed.chosen["name"], handed.chosen["rule"], handed.chosen["candidates"]) == ("Grey", "structure", [])


def test_ties_are_listed(network: HandOver) -> None:
    """Two networks of the same structure: the last is taken and both are named."""
    handed = network({"a.py": HEAD + net("One") + net("Two")}, **wish())
    assert (handed.chosen["name"], handed.chosen["candidates"]) == ("Two", ["One", "Two"])


def test_default_outputs_break_a_tie(network: HandOver) -> None:
    """A network that has the outputs by itself goes before one that only takes them as an argument."""
    taking = net("Taking", outputs="num_classes", arguments=", num_classes=77")  # type: ignore[arg-type]
    handed = network({"a.py": HEAD + net("Own") + taking}, **wish())
    assert (handed.chosen["name"], handed.chosen["candidates"]) == ("Own", [])


def test_last_defined_is_the_last_resort(network: HandOver) -> None:
    """Nothing of the wanted structure: the last network of the file, and all that there were."""
    handed = network({"a.py": HEAD + net("One", 1, 5) + net("Two", 1, 7)}, **wish())
    assert (handed.chosen["name"], handed.chosen["rule"]) == ("Two", "last")
    assert handed.chosen["candidates"] == ["One", "Two"]


def test_parts_of_a_network_are_no_candidates(network: HandOver) -> None:
    """A block that another class uses is not taken for the answer, even when it is defined last."""
    whole = net("Whole").replace("self.fc = nn", "self.block = Block()\n        self.fc = nn")
    handed = network({"a.py": HEAD + whole + net("Block")}, **wish())
    assert (handed.chosen["name"], handed.chosen["candidates"]) == ("Whole", [])


def test_factory_makes_a_network_whose_class_asks_for_more(network: HandOver) -> None:
    """A class that cannot be built alone is built by the file's own function."""
    source = HEAD + net("Net", arguments=", layers") + "\ndef build_model(n_classes):\n    return Net([1, 2])\n"
    handed = network({"a.py": source}, **wish())
    assert handed.problem is None
    assert (handed.chosen["name"], handed.chosen["rule"]) == ("build_model", "structure")


def test_factory_of_a_fitting_class_is_no_second_candidate(network: HandOver) -> None:
    """A class and the function that returns it are one answer."""
    source = HEAD + net("Net") + "\ndef build_model():\n    return Net()\n"
    assert network({"a.py": source}, **wish()).chosen["candidates"] == []


def test_instance_at_module_level_is_measured(network: HandOver) -> None:
    """A Sequential that no class or function makes is a network as well."""
    source = HEAD + "\nbody = nn.Sequential(nn.Conv2d(3, 2, 3), nn.Flatten(), nn.Linear(72, 10))\n"
    handed = network({"a.py": source}, **wish())
    assert handed.problem is None and handed.params == 2 * 28 + 73 * 10
    assert (handed.chosen["name"], handed.chosen["line"]) == ("body", HEAD.count("\n") + 2)


def test_constructor_arguments_go_by_name(network: HandOver) -> None:
    """n_output and in_channels get the question's numbers."""
    source = HEAD + net("Net", arguments=", in_channels, n_output, dropout", channels="in_channels", outputs="n_output")  # type: ignore[arg-type]
    handed = network({"a.py": source}, **wish("Net"))
    assert handed.problem is None and handed.params == 2 * 28 + 129 * 10


def test_unknown_constructor_arguments_are_named(network: HandOver) -> None:
    """What nobody knows a value for is named, with the class and its line."""
    handed = network({"a.py": HEAD + net("Net", arguments=", depth, width=3, *, heads")}, **wish("Net"))
    assert handed.reason == "constructor_arguments"
    assert handed.problem["facts"] == {"name": "Net", "arguments": ["depth", "heads"]}
    assert (handed.problem["file"], handed.problem["line"]) == ("a.py", 6)


def test_missing_class_says_what_was_found(network: HandOver) -> None:
    """Without any network the problem lists the classes and functions that there are."""
    handed = network({"a.py": "class Dataset:\n    pass\n\ndef plot():\n    pass\n"}, **wish("CustomAlexNet"))
    assert handed.reason == "class_missing"
    assert handed.problem["facts"] == {"wanted": "CustomAlexNet", "found": ["Dataset", "plot"]}


def test_function_that_returns_no_network_is_named(network: HandOver) -> None:
    """build_model that returns a list is not a module."""
    handed = network({"a.py": HEAD + "def build_model():\n    return [1]\n"}, **wish("build_model"))
    assert (handed.reason, handed.problem["facts"]) == ("not_a_module", {"name": "build_model", "type": "list"})


def test_no_python_at_all_is_said(network: HandOver) -> None:
    """A submission without a Python file has no code."""
    assert network({"essay.md": "# Essay\n"}, **wish()).reason == "no_code"


def test_same_name_in_two_files_lists_both(network: HandOver) -> None:
    """The outermost file goes first, and both are candidates."""
    files: dict[str, str | bytes] = {"old/a.py": HEAD + net("Net"), "b.py": HEAD + net("Net")}
    handed = network(files, **wish("Net"))
    assert (handed.chosen["file"], handed.chosen["candidates"]) == ("b.py", ["b.py:Net", "old/a.py:Net"])


def test_class_defined_twice_is_the_later_one(network: HandOver) -> None:
    """As in Python, the second definition replaces the first."""
    handed = network({"a.py": HEAD + net("Net", outputs=5) + net("Net", outputs=10)}, **wish("Net"))
    assert handed.params == 2 * 28 + 129 * 10 and handed.chosen["line"] == 6 + net("Net").count("\n")


def test_class_inside_the_main_guard_is_found(network: HandOver) -> None:
    """A class below `if __name__ == "__main__":` is used, what else stands there is not run."""
    body = "\n".join("    " + line for line in net("Net").splitlines())
    handed = network({"a.py": f'{HEAD}\nif __name__ == "__main__":\n{body}\n    1 / 0\n'}, **wish("Net"))
    assert handed.problem is None and handed.chosen["name"] == "Net"
