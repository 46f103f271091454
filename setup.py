"""Puts assignments/, reference/ and templates/ into the wheel as grader/_data/.

Everything else about the build stands in pyproject.toml.
"""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

# Model essays and rubric answers stay with the instructor.
LEFT_OUT = {
    "assignments": shutil.ignore_patterns("instructor", "__pycache__", "*.pyc"),
    "reference": shutil.ignore_patterns("essay.md", "__pycache__", "*.pyc"),
    "templates": None,
}


class BuildWithData(build_py):
    """Copies the bundled folders beside the code, except into an editable install."""

    def run(self) -> None:
        super().run()
        if self.editable_mode:
            return
        home = Path(self.build_lib, "grader", "_data")
        shutil.rmtree(home, ignore_errors=True)
        for name, left_out in LEFT_OUT.items():
            shutil.copytree(name, home / name, ignore=left_out)


setup(cmdclass={"build_py": BuildWithData})
