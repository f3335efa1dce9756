"""Cells computed behind a published page: each from what it needs, errors in one line."""

import json

import matplotlib.pyplot as plt
import numpy as np
import pytest

from lmgcav.companion import page
from lmgcav.companion.explore import IN_PAGE, Axis, explore
from lmgcav.companion.page import Missing, Page, show


@pytest.fixture
def ask(monkeypatch):
    """Return a function that talks to a `Page` as the script of a page does."""
    monkeypatch.setenv(IN_PAGE, "1")
    behind = Page()
    return lambda call, *given: json.loads(getattr(behind, call)(json.dumps(given)))


SLIDERS = [
    "import matplotlib.pyplot as plt\nfrom lmgcav.companion.explore import Axis, explore",
    "def draw(N, drive, line):\n    fig, ax = plt.subplots(figsize=(3, 2))\n"
    "    ax.plot([N, drive * line])\n    return fig",
    "explore(draw, Axis('N', [1, 10], 'N'), Axis('drive', [0.5, 2], '2Ω/(NΓ)'),"
    " Axis('line', [689, 698], 'Line', start=698, fixed=True), alt='{N}, {drive}, {line}')",
]


def test_a_cell_shows_what_it_prints_draws_and_is_worth(ask):
    cells = ["import matplotlib.pyplot as plt", "print('a < b')\nplt.plot([1, 2])\nplt.show()\n3"]
    html = ask("show", cells, 1)["html"]
    printed, figure, value = html.index("a &lt; b"), html.index("<img"), html.index("<pre>3")
    assert printed < figure < value
    assert plt.get_fignums() == []


def test_a_cell_starts_anew_every_time(ask):
    cells = ["counts = []", "counts.append(1)\nlen(counts)"]
    assert [ask("show", cells, 1)["html"] for _ in range(2)] == ["<pre>1</pre>"] * 2
    assert ask("show", ["counts = [0, 0]", cells[1]], 1)["html"] == "<pre>3</pre>"


def test_sliders_take_any_value_and_say_it(ask):
    shown = ask("show", SLIDERS, 2)
    assert 'alt="1, 0.5, 698"' in shown["html"]
    assert [axis["whole"] for axis in shown["axes"]] == [True, False, True]
    assert [axis["fixed"] for axis in shown["axes"]] == [False, False, True]
    given = {"N": 137, "drive": 1.7396, "line": 689}
    assert 'alt="137, 1.7396, 689"' in ask("frame", shown["drawing"], given)["html"]


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (["N = 1", "N +"], "Line 1: invalid syntax"),
        (["N = 1", "1 / 0"], "ZeroDivisionError: division by zero"),
        (["N = {}[2]", "N"], "KeyError: 2 in code cell 1, which this one needs"),
        (
            ["import lmgcav as lmg", "lmg.Model(N=3.5, chi=0, Omega=0)"],
            "ValueError: Argument N must be a positive integer, but N = 3.5",
        ),
    ],
)
def test_an_error_is_one_line(cells, said, ask):
    assert ask("show", cells, 1)["error"] == said


def test_a_value_that_cannot_be_drawn_is_an_error_and_others_still_can(ask):
    number = ask("show", SLIDERS, 2)["drawing"]
    given = {"N": 2.5, "drive": 1, "line": 689}
    assert (
        ask("frame", number, given)["error"] == "ValueError: N must be a whole number, but is 2.5"
    )
    assert "html" in ask("frame", number, given | {"N": 2})


def test_packages_that_browsers_lack_are_refused_where_they_are_used(monkeypatch, ask):
    monkeypatch.setitem(page.sys.modules, "qutip", Missing("qutip"))
    cells = ["import qutip\nfrom qutip import piqs", "3", "qutip.jmat(1)", "piqs.jspin(2, 'x')"]
    assert ask("show", cells, 1)["html"] == "<pre>3</pre>"
    for index in (2, 3):
        answer = ask("show", cells, index)
        assert answer["error"] == "This needs qutip, which no browser runs"
        assert answer["lacks"] == "qutip"


def test_a_chapter_may_be_run_with_other_parameters(ask):
    cells = ["from lmgcav.companion import rerun", 'N = 4  # atoms\nsave_to = ""']
    cells += ['run = rerun.begin("chapter", In, globals())\nrun.parameters']
    assert "&#x27;N&#x27;: 4" in ask("show", cells, 2)["html"]


def test_a_drawing_keeps_the_types_of_its_axes(monkeypatch):
    monkeypatch.setenv(IN_PAGE, "1")
    seen = []

    def draw(N, drive):
        seen.append((N, drive))
        return plt.figure(figsize=(1, 1))

    axes = Axis("N", np.array([1, 2]), "N"), Axis("drive", [1, 2.5], "2Ω/(NΓ)")
    drawing = explore(draw, *axes, alt="")
    page.frame(drawing, {"N": 5.0, "drive": 2})
    assert [type(value) for value in seen[0]] == [int, float]


def test_a_cell_with_sliders_returns_what_draws_them(monkeypatch):
    monkeypatch.setenv(IN_PAGE, "1")
    assert show(SLIDERS, 2).axes[0].name == "N"
