"""Every chapter runs at another size: parameters are checked, figures are saved, sliders live."""

import inspect
import json
import re
from pathlib import Path

import nbformat
import numpy as np
import papermill
import pytest

from lmgcav.companion import rerun

BOOK = Path(__file__).parent.parent / "book"
SMALL = {
    "01_introduction": {"points": 11},
    "02_model": {"N": 2, "duration": 1.0, "points": 11},
    "03_steady_state": {"N": 50, "points": 8, "largest": 3, "N_husimi": 20},
    "04a_mean_field": {"length": 12, "samples": 60, "points": 21, "steps": 24},
    "04b_exact_dynamics": {
        "N": 40,
        "samples": 41,
        "atoms": [20, 40],
        "few": [20, 40],
        "nodes": 10,
        "drive_step": 0.1,
        "N_explore": 20,
    },
    "04c_squeezing_dynamics": {"N": 30, "steps": 60, "sizes": [10, 20], "N_slider": 10},
    "05_spectrum": {
        "N": 20,
        "count": 30,
        "N_doubt": [8, 12],
        "N_pseudo": 10,
        "grid": [5, 7],
        "rechecked": 1,
        "rechecked_gaps": 1,
    },
    "06_conclusions": {"few": 6, "many": 50, "paths": 100, "sizes": [20, 60], "small": [10, 20]},
    "06b_photons": {"length": 12, "samples": 41, "twists": [0.5, 1.875], "few": 2, "trials": 3},
    "06c_experiment": {"atoms": 1000, "points": 20},
    "06d_light": {
        "N": 30,
        "samples": 41,
        "N_light": 16,
        "N_map": 8,
        "N_run": 16,
        "N_slider": 10,
        "runs": 4,
        "N_runs": 10,
        "ramps": 1,
        "trials": 4,
    },
    "07_envelope": {"N": 50, "samples": 80, "sizes": [20, 40], "largest": 3, "N_strong": [50, 100]},
}
NEED_QUTIP = {"02_model"}  # to draw what their sliders show
CHAPTERS = sorted(path.stem for path in BOOK.glob("*.ipynb") if path.stem[0].isdigit())


def figures_of(chapter):
    cells = nbformat.read(BOOK / f"{chapter}.ipynb", as_version=4).cells
    return re.findall(r'^show\("(.+)"\)$', "\n".join(cell.source for cell in cells), re.M)


def check_sliders(cells, outputs, explorations, needs_qutip):
    """Check the sliders of a chapter, in its kernel and after all cells have run.

    Each slider goes to its ends; the cells that a browser would run draw the same picture without
    QuTiP, and others for values between those of the grid.
    """
    import os
    import sys

    import pytest
    from ipywidgets import HTML, SelectionSlider, ToggleButtons

    from lmgcav import cavity
    from lmgcav.companion.explore import IN_PAGE, Frame
    from lmgcav.companion.page import Missing, frame, show
    from lmgcav.companion.sliders import Exploration

    def inside(kind, widget):
        for child in getattr(widget, "children", ()):
            yield from inside(kind, child)
        if isinstance(widget, kind):
            yield widget

    shown = {
        n: each
        for n, each in outputs.items()
        if isinstance(each, Exploration) and isinstance(each.frame, Frame)
    }
    assert len(shown) == explorations, "a cell does not end with its sliders"
    for each in shown.values():
        picture = next(inside(HTML, each))
        for slider in inside((SelectionSlider, ToggleButtons), each):
            for end in (0, len(slider.options) - 1):
                slider.index = end
                assert 'role="alert"' not in picture.value, picture.value

    os.environ[IN_PAGE] = "1"
    cavity.qutip = sys.modules["qutip"] = Missing("qutip")
    for n, each in shown.items():
        if needs_qutip:
            with pytest.raises(ModuleNotFoundError, match="needs qutip"):
                show(cells[1:], n - 1)
            continue
        drawing = show(cells[1:], n - 1)
        start = {axis.name: axis.values[axis.start_index] for axis in drawing.axes}
        assert frame(drawing, start) == each.frame, "the picture is another"
        for axis in drawing.axes:
            if axis.any_value:
                low, high = min(axis.values), max(axis.values)
                value = low + 0.3719 * (high - low)
                value = round(value) if axis.whole else value
                assert axis.text(value) in frame(drawing, start | {axis.name: value}).alt


@pytest.fixture
def run(tmp_path):
    def execute(chapter, **parameters):
        notebook = nbformat.read(BOOK / f"{chapter}.ipynb", as_version=4)
        calls = re.findall(r"^explore\(", "\n".join(c.source for c in notebook.cells), re.M)
        own = [c for c in notebook.cells if not c.source.startswith("claims.check(")]
        notebook.cells = own  # since the claims do not depend on the parameters
        sliders = f"{inspect.getsource(check_sliders)}\ncheck_sliders(In, Out, {len(calls)}, "
        sliders += f"{chapter in NEED_QUTIP})"
        notebook.cells.append(nbformat.v4.new_code_cell(sliders))
        nbformat.write(notebook, tmp_path / "in.ipynb")
        papermill.execute_notebook(
            tmp_path / "in.ipynb",
            tmp_path / "out.ipynb",
            parameters,
            cwd=BOOK,
            progress_bar=False,
            kernel_name="python3",
        )

    return execute


@pytest.mark.filterwarnings("default")  # of papermill and of the kernel's client
@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_chapter_runs_at_another_size_saves_its_figures_and_moves_its_sliders(
    chapter, run, tmp_path
):
    assert chapter in SMALL, "add the chapter to SMALL, with parameters that make it quick"
    run(chapter, save_to=str(tmp_path / "figures"), **SMALL[chapter])
    names = figures_of(chapter)
    assert names
    saved = sorted(path.name for path in (tmp_path / "figures").iterdir())
    expected = [f"{chapter}_{name}.{kind}" for name in names for kind in ("npz", "pdf")]
    assert saved == sorted(expected)
    for path in (tmp_path / "figures").glob("*.npz"):
        with np.load(path) as data:
            about = json.loads(str(data["provenance"]))
            assert len(data.files) > 1, "there is nothing drawn"
        assert about["parameters"].items() >= SMALL[chapter].items()
        assert {"chapter", "commit", "date", "versions"} <= about.keys()


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"pionts": 5}, "Argument pionts must be a parameter of this chapter: points, twist"),
        ({"points": 0}, "Argument points must be a positive integer, but points = 0"),
        ({"points": "many"}, "Argument points must be a positive integer, but points = 'many'"),
        ({"twist": "a lot"}, "Argument twist must be a finite real number"),
        ({"save_to": "/dev/null/figures"}, "Argument save_to must be a folder that can be written"),
    ],
)
def test_wrong_parameters_end_the_run_with_the_reason(wrong, sentence, run):
    with pytest.raises(papermill.PapermillExecutionError, match=re.escape(sentence)):
        run("01_introduction", **wrong)


PARAMETERS = 'N = 4  # atoms\nratios = [0.5, 1]\nfirst, last = 1e-3, 20\nsave_to = ""'


@pytest.mark.parametrize(
    ("given", "value", "sentence"),
    [
        ("ratios = [1, 'a']", [1, "a"], "Argument ratios must be finite real numbers"),
        ("ratios = []", [], "Argument ratios must be a list of numbers"),
        ("last = 2.5", 2.5, "Argument last must be a positive integer"),
        ("save_to = 3", 3, "Argument save_to must be of the class str"),
    ],
)
def test_values_of_another_kind_are_refused(given, value, sentence):
    cells = [PARAMETERS, rerun.GIVEN + given, "begin"]
    values = rerun.assigned(PARAMETERS) | {given.split(" = ")[0]: value}
    with pytest.raises(ValueError, match=f"^{sentence}"):
        rerun.begin("chapter", cells, values)


def test_a_cell_that_is_run_twice_still_finds_the_parameters():
    values = rerun.assigned(PARAMETERS) | {"N": 6}
    run = rerun.begin("chapter", ["", PARAMETERS, "begin", "m = Model(N)", "begin"], values)
    assert run.parameters == {"N": 6, "ratios": [0.5, 1], "first": 1e-3, "last": 20, "save_to": ""}
    assert run.save_to is None


def test_a_chapter_whose_parameters_have_not_run_says_so():
    with pytest.raises(ValueError, match="Run the cell with the parameters of chapter first"):
        rerun.begin("chapter", ["", "begin"], {})
