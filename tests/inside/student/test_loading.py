"""Files that do not simply run: what stopped them, where, and what of them is used all the same."""

from __future__ import annotations

import pytest
import torch

from tests.inside.student.conftest import HandOver
from tests.inside.student.test_failing import line_with
from tests.inside.student.written import HEAD, PLAIN_FORWARD, SMALL, small

PLAIN = small(PLAIN_FORWARD)
"""A network that works; lines are put above and below it."""


def above(line: str) -> str:
    """The network with a line of code between the imports and the class."""
    return small(PLAIN_FORWARD, before=f"\n{line}\n")


def test_syntax_error_has_line_and_column(network: HandOver) -> None:
    """A missing colon: no other file is blamed, and the place is exact."""
    source = PLAIN.replace("class CustomAlexNet(nn.Module):", "class CustomAlexNet(nn.Module)")
    handed = network({"a.py": source}, **SMALL)
    assert handed.reason == "syntax_error" and handed.chosen is None
    line = line_with(source, "class CustomAlexNet")
    assert (handed.problem["file"], handed.problem["line"]) == ("a.py", line)
    assert handed.problem["column"] == len("class CustomAlexNet(nn.Module)") + 1
    assert handed.problem["facts"] == {"detail": "expected ':'"}


@pytest.mark.parametrize("old", ["print 'loss', 3", "try:\n    pass\nexcept ValueError, e:\n    pass", "raise E, 'x'"])
def test_python_2_is_told_apart(network: HandOver, old: str) -> None:
    """The print statement and its likes have a reason of their own."""
    assert network({"a.py": above(old)}, **SMALL).reason == "python2"


def test_mixed_tabs_are_no_python_2(network: HandOver) -> None:
    """Tabs and spaces in one block are an ordinary syntax error."""
    assert network({"a.py": above("if True:\n        a = 1\n\tb = 2")}, **SMALL).reason == "syntax_error"


def test_endless_loop_names_its_line(network: HandOver) -> None:
    """A file that never comes to its end is the problem, whatever it had defined."""
    source = f"{PLAIN}\nwhile True:\n    pass\n"
    handed = network({"a.py": source}, **SMALL, import_s=0.5)
    assert handed.reason == "import_timeout"
    assert handed.problem["facts"] == {"seconds": 0.5}
    assert handed.problem["line"] in (line_with(source, "while True"), line_with(source, "while True") + 1)


def test_endless_loop_that_swallows_the_first_ring_is_stopped(network: HandOver) -> None:
    """A bare except around the waiting does not keep the file alive."""
    source = f"{PLAIN}\nimport time\ntry:\n    time.sleep(60)\nexcept:\n    time.sleep(60)\n"
    assert network({"a.py": source}, **SMALL, import_s=0.3).reason == "import_timeout"


STOPS = {
    "missing package": ("import d2l", "missing_package", {"package": "d2l"}),
    "missing module": ("from my_layers import Block", "missing_module", {"module": "my_layers"}),
    "relative import": ("from .blocks import Block", "relative_import", {"module": ".blocks"}),
    "missing file": ("open('C:/Users/me/train.csv')", "missing_file", {"path": "C:/Users/me/train.csv"}),
    "input": ("name = input('Your name? ')", "input_at_import", {}),
    "any exception": ("1 / 0", "import_stopped", {"error": "ZeroDivisionError", "detail": "division by zero"}),
    "interrupt": ("raise KeyboardInterrupt", "import_stopped", {"error": "KeyboardInterrupt", "detail": ""}),
}


@pytest.mark.parametrize(("line", "reason", "facts"), STOPS.values(), ids=STOPS.keys())
def test_definitions_below_a_stop_are_used(network: HandOver, line: str, reason: str, facts: dict[str, str]) -> None:
    """A file that stops above its class gives the class and a note that says where and why it stopped."""
    handed = network({"a.py": above(line)}, **SMALL)
    assert handed.problem is None and handed.params == 4 * 28 + 257 * 10
    (note,) = handed.message["notes"]
    assert (note["reason"], note["facts"]) == (reason, facts)
    assert (note["file"], note["line"]) == ("a.py", line_with(above(line), line))


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU here, so nothing lacks one")
def test_cuda_at_import_is_a_note(network: HandOver) -> None:
    """A module-level .cuda() stops the file; the class is used and the reason is the GPU."""
    handed = network({"a.py": f"{PLAIN}\nmodel = CustomAlexNet().cuda()\n"}, **SMALL)
    assert handed.problem is None and handed.notes == ["needs_gpu"]


@pytest.mark.parametrize("leave", ["import sys; sys.exit(0)", "import os; os._exit(0)", "quit()"])
def test_exit_before_the_class_is_the_problem(network: HandOver, leave: str) -> None:
    """Whoever leaves above the class is told so, with the line; the process itself goes on."""
    handed = network({"a.py": above(leave)}, **SMALL)
    assert (handed.reason, handed.problem["line"]) == ("exits_at_import", line_with(above(leave), leave))


def test_exit_after_the_class_is_a_note(network: HandOver) -> None:
    """sys.exit() as a script's last line costs nothing."""
    handed = network({"a.py": f"{PLAIN}\nimport sys\nsys.exit(0)\n"}, **SMALL)
    assert handed.problem is None and handed.notes == ["exits_at_import"]


def test_exit_in_a_forked_process_is_left_alone(network: HandOver) -> None:
    """A child that the student's code forks may leave by os._exit as usual."""
    source = (
        f"{PLAIN}\nimport os\npid = os.fork()\nif pid == 0:\n    os._exit(5)\nassert os.waitpid(pid, 0)[1] == 5 << 8\n"
    )
    handed = network({"a.py": source}, **SMALL)
    assert handed.problem is None and handed.notes == []


def test_training_at_import_runs_out_of_time(network: HandOver) -> None:
    """A script that trains when imported is stopped at a line of its loop."""
    loop = "net = CustomAlexNet()\nfor step in range(10**9):\n    net(torch.rand(2, 3, 8, 8)).sum().backward()\n"
    source = f"{PLAIN}\n{loop}"
    handed = network({"a.py": source}, **SMALL, import_s=1)
    assert handed.reason == "import_timeout"
    assert handed.problem["line"] >= line_with(source, "def forward")
    assert handed.params == 4 * 28 + 257 * 10


def test_arguments_of_a_command_line_are_empty(network: HandOver) -> None:
    """argparse at module level finds no arguments and takes its defaults."""
    source = f"import argparse\nargs = argparse.ArgumentParser().parse_args()\n{PLAIN}"
    handed = network({"a.py": source}, **SMALL)
    assert handed.problem is None and handed.notes == []


def test_plot_is_shown_to_nobody(network: HandOver) -> None:
    """plt.show() neither waits nor fails."""
    source = f"{PLAIN}\nimport matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()\n"
    handed = network({"a.py": source}, **SMALL)
    assert handed.problem is None and handed.notes == []


def test_working_folder_is_writable(network: HandOver) -> None:
    """Relative paths lead into the private folder where the submission lies."""
    source = f"{PLAIN}\nimport os\nos.makedirs('data')\nopen('data/log.txt', 'w').write(open('notes.txt').read())\n"
    handed = network({"a.py": source, "notes.txt": "hello"}, **SMALL)
    assert handed.problem is None and handed.notes == []


@pytest.mark.parametrize("encoding", ["big5", "gb18030", "euc_kr", "utf-8", "utf-8-sig", "utf-16"])
def test_comments_in_any_encoding_are_read(network: HandOver, encoding: str) -> None:
    """Chinese and Korean comments without a declared encoding do not stop a file; a legacy one is noted."""
    comment = (
        "# 안녕하세요 가나다" if encoding == "euc_kr" else "# 這是我的作業" if encoding == "big5" else "# 这是我的作业"
    )
    handed = network({"a.py": f"{comment}\n{PLAIN}".encode(encoding)}, **SMALL)
    assert handed.problem is None and handed.params == 4 * 28 + 257 * 10
    assert handed.notes == ([] if encoding.startswith("utf-8") else ["encoding"])


def test_declared_encoding_is_obeyed(network: HandOver) -> None:
    """A coding line makes strings right, and the note names the encoding."""
    source = f"# -*- coding: big5 -*-\n{PLAIN}\nassert '作業' == chr(0x4F5C) + chr(0x696D)\n"
    handed = network({"a.py": source.encode("big5")}, **SMALL)
    assert handed.problem is None
    assert [note["facts"] for note in handed.message["notes"]] == [{"encoding": "big5"}]


def test_null_bytes_are_a_syntax_error(network: HandOver) -> None:
    """A file with null bytes is no Python."""
    assert network({"a.py": PLAIN.encode() + b"\0\0"}, **SMALL).reason == "syntax_error"


def test_answer_may_be_spread_over_files(network: HandOver) -> None:
    """Files import each other by name, from the folder above and from packages."""
    files: dict[str, str | bytes] = {
        "hw4/main.py": f"from parts import WIDTH\nfrom pkg.blocks import make\n{PLAIN}\nassert WIDTH == make() == 4\n",
        "hw4/parts.py": "WIDTH = 4\n",
        "hw4/pkg/__init__.py": "",
        "hw4/pkg/blocks.py": "from .deep import four\n\ndef make():\n    return four\n",
        "hw4/pkg/deep.py": "four = 4\n",
    }
    handed = network(files, **SMALL)
    assert handed.problem is None and handed.notes == []


def test_broken_file_does_not_hide_another(network: HandOver) -> None:
    """A syntax error elsewhere is a note when the question's file works."""
    handed = network({"a.py": "def broken(:\n", "b.py": PLAIN}, **SMALL)
    assert handed.problem is None and handed.chosen["file"] == "b.py"
    assert handed.notes == ["syntax_error"]


def test_file_that_a_question_does_not_need_is_not_run(network: HandOver) -> None:
    """A training script beside the network's own file costs neither time nor points."""
    handed = network({"net.py": PLAIN, "train.py": "while True: pass\n"}, **SMALL)
    assert handed.problem is None and handed.notes == []


@pytest.mark.parametrize(
    "name", ["torch.py", "json.py", "numpy.py", "test.py", "collections.py", "my hw-4 (1).py", "作業.py"]
)
def test_file_names_shadow_no_library(network: HandOver, name: str) -> None:
    """A file may be called like a library, or like nothing that can be imported."""
    handed = network({name: f"import json\nimport collections\nimport numpy\n{PLAIN}\nnumpy.zeros(1)"}, **SMALL)
    assert handed.problem is None and handed.notes == []
    assert handed.chosen["file"] == name


def test_names_that_lead_out_of_the_folder_are_refused(network: HandOver) -> None:
    """No blob is written outside the working folder."""
    files: dict[str, str | bytes] = {
        "../up.py": "x = 1",
        "/tmp/grader_abs.py": "x = 1",
        "a/../b.py": "x = 1",
        "c.py": PLAIN,
    }
    handed = network(files, **SMALL)
    assert handed.problem is None
    refused = [note["facts"]["file"] for note in handed.message["notes"] if note["reason"] == "unreadable_file"]
    assert sorted(refused) == ["../up.py", "/tmp/grader_abs.py", "a/../b.py"]


def test_notebook_goes_on_after_a_failing_cell(network: HandOver) -> None:
    """A cell that fails is named; the cells below it run in full."""
    cells = [
        HEAD,
        "raise RuntimeError('no data')\nlost = 1",
        "width = int('1' + '0')",
        PLAIN.replace("=10)", "=width)"),
    ]
    text = "".join(f"# %% cell {number}\n{cell}\n" for number, cell in enumerate(cells, 1))
    handed = network({"a.ipynb.py": text}, **SMALL)
    assert handed.problem is None and handed.params == 4 * 28 + 257 * 10
    (note,) = handed.message["notes"]
    assert note["reason"] == "import_stopped" and note["facts"]["cell"] == 2


def test_future_annotations_hold_for_all_parts(network: HandOver) -> None:
    """`from __future__ import annotations` is in force for the definitions below a stop, too."""
    source = f"from __future__ import annotations\n{above('import no_such_package')}\ndef f(x: Unknown) -> None: ...\n"
    handed = network({"a.py": source}, **SMALL)
    assert handed.problem is None and handed.notes == ["missing_package"]


def test_logging_packages_have_stand_ins(network: HandOver) -> None:
    """A missing package that only logs is noted; the file runs on to its end."""
    lines = (
        "from torch.utils.tensorboard import SummaryWriter",
        "import wandb",
        "import seaborn as sns",
        "from google.colab import drive",
        "drive.mount('/content/drive')",
        "writer = SummaryWriter()",
        "writer.add_scalar('loss', 0.5, 1)",
        "with wandb.init(project='hw4') as run:\n    run.log({'loss': 1})",
        "sns.set()",
        "reached = True",
    )
    source = above("\n".join(lines)) + "\nassert reached\n"
    handed = network({"a.py": source}, **SMALL)
    assert handed.problem is None
    packages = [note["facts"].get("package") for note in handed.message["notes"]]
    assert packages == ["tensorboard", "wandb", "seaborn", "google.colab"]
    lines_asked = [line_with(source, word) for word in ("tensorboard", "wandb", "seaborn", "colab")]
    assert [note["line"] for note in handed.message["notes"]] == lines_asked


def test_libraries_are_not_told_that_a_package_is_there(network: HandOver) -> None:
    """Only the student's own import gets a stand-in, not a library's search for an optional package."""
    source = f"{PLAIN}\nimport pandas\nassert pandas.DataFrame({{'a': [1]}}).shape == (1, 1)\n"
    handed = network({"a.py": source}, **SMALL)
    assert handed.problem is None and handed.notes == []


TAMPERING = {
    "open": "import builtins\nbuiltins.open = None\nbuiltins.print = None\n",
    "modules": "import sys\nfor name in [n for n in sys.modules if 'domain' in n]:\n    del sys.modules[name]\n",
    "signals": "import signal\nsignal.setitimer = signal.signal = lambda *a: 0\n",
    "stdout": "import sys\nsys.stdout = sys.stderr = None\n",
    "hooks": "nn.modules.module._global_forward_hooks.clear()\n",
    "exit": "import os\nos._exit = None\n",
}


@pytest.mark.parametrize("line", TAMPERING.values(), ids=TAMPERING.keys())
def test_tampering_harms_only_the_student(network: HandOver, line: str) -> None:
    """Patched builtins, modules and signals leave the hand-over as it is."""
    handed = network({"a.py": above(line)}, **SMALL)
    assert handed.problem is None and handed.params == 4 * 28 + 257 * 10
    assert len(handed.tapes()) == 2
