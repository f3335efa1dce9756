"""Another paper takes over the companion: its portable part runs without anything of ours."""

import re
import shutil
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from test_repository import PORTABLE

PACKAGE = Path(__file__).parent.parent / "lmgcav"

PHYSICS = """
import math

def period(length, gravity=9.81):
    return 2 * math.pi * math.sqrt(length / gravity)
"""
CLAIMS = """
from ..pendulum import period
from .registry import Claims

CLAIMS = Claims()
claim = CLAIMS.of("01_swing")

@claim("p. 3", "period of a pendulum of one metre, s", printed=2.0, tolerance=0.05,
       rests_on="pendulum.period")
def seconds_pendulum():
    return period(1.0)
"""
EXERCISES = """
from ..pendulum import period
from .check import Exercises

EXERCISES = Exercises()

@EXERCISES.exercise("the period on the moon in that on the earth",
                    hints={"the root is missing.": lambda right: right**2})
def on_the_moon():
    return period(1.0, 1.62) / period(1.0)
"""
CELLS = [
    """
length = 1.0  # m
save_to = ""
""",
    """
import sys
import matplotlib.pyplot as plt
from toy.companion import rerun
import toy
from toy.companion.claims import CLAIMS
from toy.companion.exercises import EXERCISES
from toy.companion.explore import Axis, explore
from toy.companion.paper_map import Entry, PaperMap, Parameter
from toy.pendulum import period

show = rerun.begin("01_swing", In, globals())
print(CLAIMS.check("01_swing"))
EXERCISES.check("on-the-moon", 9.81 / 1.62)
EXERCISES.check("on-the-moon", (9.81 / 1.62) ** 0.5)
print([name for name in sys.modules if name.startswith("lmgcav")])
swing = Entry("Eq. (1)", "period", "eq-1", ("pendulum.period",), ("seconds_pendulum",))
gravity = Parameter("01_swing", "p. 3", "gravity, m/s²", "9.81")
paper = PaperMap(toy, CLAIMS, [swing], [], [gravity])
print(paper.equations()._repr_markdown_(), paper.numbers("01_swing")._repr_markdown_())

def draw(gravity):
    fig, ax = plt.subplots()
    ax.plot([0, period(length, gravity)], [0, 1])
    return fig

explore(draw, Axis("gravity", [1.62, 9.81], "g"), alt="Period at {gravity} m/s²")
""",
]


@pytest.fixture
def toy(tmp_path):
    """A package with a toy model and the portable part of the companion."""
    companion = tmp_path / "toy" / "companion"
    companion.mkdir(parents=True)
    shutil.copy(PACKAGE / "arguments.py", tmp_path / "toy")
    for name in PORTABLE:
        shutil.copy(PACKAGE / "companion" / f"{name}.py", companion)
    (tmp_path / "toy" / "pendulum.py").write_text(PHYSICS)
    (companion / "claims.py").write_text(CLAIMS)
    (companion / "exercises.py").write_text(EXERCISES)
    return tmp_path


def test_a_companion_of_a_toy_model_is_built_from_the_portable_part_alone(toy):
    cells = [nbformat.v4.new_code_cell(cell.strip()) for cell in CELLS]
    notebook = nbformat.v4.new_notebook(cells=cells)
    metadata = {"metadata": {"path": str(toy)}}
    NotebookClient(notebook, timeout=None, resources=metadata).execute()
    printed, sliders = notebook.cells[-1].outputs[0].text, notebook.cells[-1].outputs[-1]
    printed, tables = printed.split(":::{table}", 1)
    claimed, *_, slip, right, ours = printed.splitlines()[1:]
    assert claimed.split()[-1] == "reproduced"
    assert slip == "Not yet: the root is missing."
    assert right == "Right."
    assert ours == "[]"
    row = r"\[`period`\]\(#toy\.pendulum\.period\).*`seconds_pendulum`.* \| reproduced \|"
    assert re.search(row, tables)
    assert "| [p. 3](01_swing.ipynb) | gravity, m/s² | 9.81 | – | parameter |" in tables
    assert "Period at 1.62 m/s²" in str(sliders)
