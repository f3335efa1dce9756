"""A chapter behind its published page: its cells, computed in the reader's own browser.

The page hands over the text of its code cells. What a cell shows comes from the cells that it
needs alone, in a namespace of its own: most figures need four or five of a chapter's twenty cells
and none of the long computations.
"""

import ast
import io
import json
import platform
import sys
from contextlib import redirect_stderr, redirect_stdout
from html import escape
from importlib.util import find_spec
from types import ModuleType

import matplotlib.pyplot as plt
import numpy as np
import scipy

from .cells import MAGIC, needed
from .explore import Interactive, framed

ABSENT = ("qutip", "xarray", "zarr", "distributed")  # what chapters import and browsers lack


class Missing(ModuleType):
    """A package that browsers lack, or a name in it: imported without harm, refused in use."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Missing(f"{self.__name__}.{name}")

    def __call__(self, *args, **kwargs):
        """Refuse, whatever is asked for."""
        package = self.__name__.partition(".")[0]
        raise ModuleNotFoundError(f"This needs {package}, which no browser runs", name=package)


class Page:
    """What the script of a page calls: its arguments and results are JSON."""

    def __init__(self):
        self.drawings = []
        for name in ABSENT:
            if name not in sys.modules and find_spec(name) is None:
                sys.modules[name] = Missing(name)

    def show(self, parameters):
        """Run a cell for its output as HTML, or for its inputs and what they show at first."""
        return _answer(self._show, *json.loads(parameters))

    def frame(self, parameters):
        """Show what belongs to some values of the inputs."""
        return _answer(self._frame, *json.loads(parameters))

    def _show(self, cells, index):
        shown = show(cells, index)
        if isinstance(shown, str):
            return {"html": shown, "with": versions()}
        self.drawings.append(shown)
        number = len(self.drawings) - 1
        start = {axis.name: axis.values[axis.start_index] for axis in shown.axes}
        axes = [_axis(axis) for axis in shown.axes]
        return {"axes": axes, "with": versions()} | self._frame(number, start)

    def _frame(self, number, values):
        return {"drawing": number, "html": frame(self.drawings[number], values).html}


def show(cells, index):
    """Run a cell after those that it needs.

    Parameters
    ----------
    cells : list of str
        Sources of the code cells of a chapter.
    index : int
        Position of the cell.

    Returns
    -------
    str or Interactive
        What the cell shows: its text, figures and value as HTML, or what offers inputs.
    """
    variables = {"__name__": "__main__", "In": ["", *cells]}
    for i in needed(cells, index):
        plt.close("all")
        try:
            with redirect_stdout(io.StringIO()) as output, redirect_stderr(io.StringIO()):
                value = _run(cells[i], variables)
        except Exception as error:
            if i != index:
                error.add_note(f"in code cell {i + 1}, which this one needs")
            raise
    return value if isinstance(value, Interactive) else _html(output.getvalue(), value)


def versions():
    """Return with what a cell was computed, in words."""
    python = platform.python_version()
    return f"Computed here with Python {python}, NumPy {np.__version__}, SciPy {scipy.__version__}."


def frame(drawing, values):
    """Return what is shown for any values, of the type of each axis.

    Parameters
    ----------
    drawing : Interactive
    values : dict
        Numbers by the names of the axes.
    """
    typed = {}
    for axis in drawing.axes:
        value = typed[axis.name] = (int if axis.whole else float)(values[axis.name])
        if value != values[axis.name]:
            raise ValueError(f"{axis.label} must be a whole number, but is {values[axis.name]}")
    return drawing.frame(**typed)


def _run(cell, variables):
    """Run a cell; return the value of an expression at its end."""
    tree = ast.parse(MAGIC.sub(r"\1pass", cell))
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "<cell>", "exec"), variables)
    return last and eval(compile(ast.Expression(last.value), "<cell>", "eval"), variables)


def _html(printed, value):
    shown = [f"<pre>{escape(printed)}</pre>"] if printed else []
    shown += [framed(plt.figure(n), "Computed here", False).html for n in plt.get_fignums()]
    if hasattr(value, "_repr_html_"):
        shown.append(value._repr_html_())
    elif value is not None:
        shown.append(f"<pre>{escape(repr(value))}</pre>")
    return "".join(shown)


def _axis(axis):
    """Return what an input for any value of an axis needs to know."""
    return {
        "name": axis.name,
        "label": axis.label,
        "values": axis.values,
        "texts": axis.texts,
        "start": axis.start_index,
        "fixed": not axis.any_value,
        "whole": axis.whole,
    }


def _answer(work, *given):
    """Return the result of some work as JSON, or its error as a line."""
    try:
        return json.dumps(work(*given))
    except SyntaxError as error:
        return json.dumps({"error": f"Line {error.lineno}: {error.msg}"})
    except Exception as error:  # whatever the reader's cell raises
        notes = " ".join(getattr(error, "__notes__", ()))
        kind = "" if isinstance(error, ModuleNotFoundError) else f"{type(error).__name__}: "
        said = str(error.args[0] if isinstance(error, KeyError) else error)
        lacks = getattr(error, "name", None) if not kind else None
        return json.dumps({"error": f"{kind}{said} {notes}".strip(), "lacks": lacks})
