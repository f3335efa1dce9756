"""A cell needs the cells that give what it reads, at once or in functions, and no others."""

from pathlib import Path

import nbformat
import pytest

from lmgcav.companion.cells import needed, rebound

BOOK = Path(__file__).parent.parent / "book"


def sources(notebook):
    cells = nbformat.read(notebook, as_version=4).cells
    return [cell.source for cell in cells if cell.cell_type == "code"]


def explored(cells):
    """Positions of the cells that end with sliders."""
    return [i for i, cell in enumerate(cells) if "\nexplore(" in f"\n{cell}"]


EXPLORED = [
    pytest.param(sources(path), i, id=f"{path.stem}-{i}")
    for path in sorted(BOOK.glob("*.ipynb"))
    for i in explored(sources(path))
]


@pytest.mark.parametrize(
    ("cells", "positions"),
    [
        (["N = 1", "M = 2", "print(N)"], [0, 2]),
        (["N = 1", "N = 2", "print(N)"], [1, 2]),
        (["N = 1", "N = N + 1", "N"], [0, 1, 2]),
        (["N = 1", "N += 1", "N"], [0, 1, 2]),
        (["a = []", "a.append(1)", "a"], [0, 1, 2]),
        (["a = {}", "b = 1", "a['b'] = b", "a"], [0, 1, 2, 3]),
        (["import numpy as np", "a = np.append(1, 2)", "np.pi"], [0, 2]),
        (["for n in range(3):\n    last = n", "n = 5", "last"], [0, 2]),
        (["n = 5", "for n in range(3):\n    print(n)"], [1]),
        (["n = 5", "[n for n in range(3)]"], [1]),
        (["n = 5", "[n for _ in range(3)]"], [0, 1]),
        (["ts = 1", "runs = [ts for _ in range(2)]", "ts = 2", "runs"], [0, 1, 3]),
        # a function reads names as they stand where it is called
        (["N = 1", "def f():\n    return N", "x = f()", "N = 2", "x"], [0, 1, 2, 4]),
        (["N = 1", "def f():\n    return N", "N = 2", "f()"], [1, 2, 3]),
        (["N = 1", "def f(N=N):\n    return N", "N = 2", "f()"], [0, 1, 3]),
        (["def f():\n    return g()", "def g():\n    return N", "N = 1", "f()"], [0, 1, 2, 3]),
        (["def f(N):\n    M = N\n    return M", "M, N = 1, 2", "f(3)"], [0, 2]),
        (["N = 1", "f = {2: lambda x: x * N}", "N = 2", "f[2](1)"], [0, 1, 2, 3]),
        (["N = 1", "@cache\ndef f():\n    return N", "cache = abs", "f"], [0, 1, 3]),
        (["N = 1", "M = 2", "f(globals())", "L = 3"], [3]),
        (["N = 1", "M = 2", "a = f(globals())", "a"], [0, 1, 2, 3]),
        (["try:\n    import a\nexcept E:\n    %pip install a", "a"], [0, 1]),
    ],
)
def test_a_cell_needs_what_gives_the_names_that_it_reads(cells, positions):
    assert needed(cells, len(cells) - 1) == positions


def test_a_cell_that_is_no_python_says_so():
    with pytest.raises(SyntaxError):
        needed(["N = 1", "N +"], 1)


@pytest.mark.parametrize(
    ("later", "found"),
    [
        ("M = 3", {}),
        ("unit = 3", {"unit": [4]}),  # which a function called by draw reads
        ("draw = 3", {}),  # the sliders have the function already
        ("values = 3", {}),  # and the values
        ("def scaled(x):\n    return x", {"scaled": [4]}),
        ("for unit in range(3):\n    pass", {"unit": [4]}),
    ],
)
def test_names_that_sliders_read_later_are_found(later, found):
    cells = ["unit, M, values = 1, 2, [1, 2]", "def scaled(x):\n    return x / unit"]
    cells += ["def draw(x):\n    M = 1\n    return scaled(x) * M"]
    cells += ["explore(draw, Axis('x', values, 'x'), alt='{x}')"]
    assert rebound([*cells, later], 3) == found


@pytest.mark.parametrize(("cells", "index"), EXPLORED)
def test_what_sliders_draw_does_not_change_when_later_cells_have_run(cells, index):
    assert rebound(cells, index) == {}
