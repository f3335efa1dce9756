"""The exercises of the chapters: each has its check, its solution passes, slips get their hints."""

import ast
import json
import re
from functools import cache
from pathlib import Path
from textwrap import dedent

import matplotlib.pyplot as plt
import numpy as np
import pytest

from lmgcav.companion.exercises import EXERCISES, check

BOOK = Path(__file__).parent.parent / "book"
CHAPTERS = {path.stem: json.loads(path.read_text())["cells"] for path in BOOK.glob("0*.ipynb")}
HINTS = [(it, hint, slip) for it in EXERCISES.values() for hint, slip in it.hints.items()]


@pytest.fixture(autouse=True)
def figures_left_to_other_tests_as_they_were():
    with plt.rc_context():
        yield
    plt.close("all")


def sources(chapter, kind):
    return ["".join(cell["source"]) for cell in CHAPTERS[chapter] if cell["cell_type"] == kind]


def chapter_of(label):
    [chapter] = [
        name for name in CHAPTERS if f'exercises.check("{label}", ...)' in sources(name, "code")
    ]
    return chapter


@cache
def names_in(chapter):
    """Return what the solutions may use: imports, parameters and functions of the chapter."""
    opening, *others = (cell for cell in CHAPTERS[chapter] if cell["cell_type"] == "code")
    names = {}
    exec(re.sub(r"%pip.*", "pass", "".join(opening["source"])), names)
    for cell in others:
        source = "".join(cell["source"])
        if "parameters" in cell["metadata"].get("tags", []):
            exec(source, names)
        functions = [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]
        exec(compile(ast.Module(functions, []), chapter, "exec"), names)
    return names


def test_every_exercise_of_the_chapters_is_followed_by_its_check_and_its_solution():
    found = []
    for chapter in CHAPTERS:
        text = "\n".join("".join(cell["source"]) for cell in CHAPTERS[chapter])
        asked = re.findall(r"\{exercise\}.*\n:label: exercise-(\S+)", text)
        ordered = re.findall(
            r"\{exercise\}[^`]*\n:label: exercise-(\S+)|^exercises\.check\(\"(\S+)\", \.\.\.\)$|"
            r"\{solution\} exercise-(\S+)",
            text,
            re.M,
        )
        thrice = [label for label in asked for _ in range(3)]
        message = f"{chapter}: let each exercise be followed by its check and its solution"
        assert ["".join(label) for label in ordered] == thrice, message
        found += asked
    assert sorted(found) == sorted(EXERCISES), "answer them in lmgcav/companion/exercises.py"


@pytest.mark.parametrize("label", EXERCISES)
def test_the_hidden_solution_is_right(label, capsys):
    chapter = chapter_of(label)
    text = "\n".join(sources(chapter, "markdown"))
    solution = re.search(rf"```{{solution}} exercise-{label}\n(.*?)```", text, re.S)[1]
    blocks = re.findall(r"(?:^(?: {4}.*)?\n)+", solution, re.M)
    [code] = [block for block in blocks if f'exercises.check("{label}", ' in block]
    exec(dedent(code), dict(names_in(chapter)))
    assert capsys.readouterr().out.splitlines()[-1] == "Right."


@pytest.mark.parametrize(
    ("it", "hint", "slip"), HINTS, ids=lambda value: getattr(value, "label", "")
)
def test_each_foreseen_slip_gets_its_hint(it, hint, slip):
    assert it.diagnose(slip if it.at else slip(it.right)) == f"Not yet: {hint}"


def off_by_a_percent(N, Omega, Gamma):
    return 1.01 * 2 * np.pi / np.sqrt(Omega**2 - (N * Gamma / 2) ** 2)


@pytest.mark.parametrize(
    ("label", "answer", "said"),
    [
        ("strong-drive", ..., "Put your answer in place of the dots: <J_z²> for Ω → ∞, a function"),
        ("strong-drive", 5.0, "Not yet: hand in <J_z²> for Ω → ∞, a function of N."),
        ("strong-drive", lambda N, Gamma: N, "Not yet: hand in <J_z²> for Ω → ∞, a function of"),
        ("strong-drive", lambda N: 1j * N, "Not yet: what arrived is 1j; hand in <J_z²> for Ω"),
        ("strong-drive", lambda N: None, "Not yet: what arrived is None, so a return is missing"),
        ("strong-drive", lambda N: [N, N], "Not yet: what arrived has the shape (2,); hand in"),
        ("strong-drive", lambda N: np.inf, "Not yet: that is no finite number."),
        ("strong-drive", lambda N: N, "Not yet: this is not right at (1,)."),
        ("strong-drive", lambda N: N * (N + 2) / 11.9, "Not yet: close, but not within 0.1%."),
        ("no-exchange", off_by_a_percent, "Not yet: close, but not within 0.0001%."),
        ("weak-drive", "1/N", "Not yet: what arrived is '1/N'; hand in the power p"),
        ("weak-drive", [-1, -1], "Not yet: what arrived has the shape (2,); hand in the power p"),
        ("weak-drive", None, "Not yet: what arrived is None; hand in the power p"),
        ("weak-drive", 1, "Not yet: look at the sign."),
        ("weak-drive", -7, "Not yet: this is not right."),
        ("regimes", [4.5, 0.3], "Not yet: this is not right in entry 1."),
        ("regimes", 4.5, "Not yet: one number arrived; hand in two numbers"),
        ("sign-of-exchange", [0, 0, 0], "Not yet: this is not right in entry 0."),
        ("crossing-by-loss", 0.33, "Right."),
    ],
)
def test_check_says_what_to_hand_in_and_what_arrived_instead(label, answer, said, capsys):
    check(label, answer)
    assert capsys.readouterr().out.startswith(said)


def test_check_refuses_a_label_that_no_exercise_has():
    with pytest.raises(ValueError, match=r"Argument label must be one of .*one-atom"):
        check("two-atoms", 1.0)
