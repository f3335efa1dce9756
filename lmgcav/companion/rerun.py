"""A chapter at another size: its parameters checked, its figures saved with their data.

papermill puts the values given on its command line into a cell of their own below the one tagged
``parameters``. The cell after that calls `begin`, which compares the two.
"""

import ast
import json
from dataclasses import dataclass
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from .. import arguments
from .provenance import provenance

GIVEN = "# Parameters\n"  # how the cell of papermill begins
OWN = "\nsave_to ="  # what the cell of the chapter has
PACKAGES = (__name__.partition(".")[0], "numpy", "scipy", "qutip", "matplotlib")


@dataclass(frozen=True)
class Run:
    """A chapter that is being run.

    Attributes
    ----------
    chapter : str
        Name of the notebook.
    save_to : pathlib.Path or None
        Folder for the figures and their data.
    parameters : dict
        Names and values that were in force.
    """

    chapter: str
    save_to: Path | None
    parameters: dict

    def __call__(self, name):
        """Show the current figure; where asked for, save it as ``name`` with its data.

        Writes ``<chapter>_<name>.pdf`` and ``<chapter>_<name>.npz``, whose entry "provenance" is a
        JSON text with parameters, versions, commit and date.
        """
        if self.save_to:
            file = self.save_to / f"{self.chapter}_{name}"
            plt.gcf().savefig(file.with_suffix(".pdf"))
            about = json.dumps(self.provenance(), ensure_ascii=False, default=str)
            np.savez_compressed(file.with_suffix(".npz"), provenance=about, **drawn(plt.gcf()))
        plt.show()

    def provenance(self):
        """Everything that is needed to make the same figure again."""
        return provenance(PACKAGES, chapter=self.chapter, parameters=self.parameters)


def begin(chapter, cells, values):
    """Check the parameters of a chapter and return what its figures are shown with.

    Parameters
    ----------
    chapter : str
        Name of the notebook.
    cells : list of str
        Sources of the cells that have run: ``In``.
    values : dict
        The variables of the notebook: ``globals()``.

    Returns
    -------
    Run

    Raises
    ------
    ValueError
        If a value was given to a name that is no parameter, or one of another kind than the
        chapter has, ``save_to`` is no folder that can be written, or the parameters have not run.
    """
    added = [cell for cell in cells if cell.startswith(GIVEN)]
    own = [cell for cell in cells if OWN in f"\n{cell}" and cell not in added]
    if not own:
        raise ValueError(f"Run the cell with the parameters of {chapter} first")
    given, parameters = assigned(added[-1]) if added else {}, assigned(own[-1])
    for name in given:
        if name not in parameters:
            allowed = ", ".join(parameters)
            raise ValueError(f"Argument {name} must be a parameter of this chapter: {allowed}")
        alike(name, values[name], parameters[name])
    save_to = values["save_to"] or None
    if save_to:
        save_to = arguments.writable_folder("save_to", save_to)
    return Run(chapter, save_to, {name: values[name] for name in parameters})


def assigned(cell):
    """Return what the assignments of a cell give to its names."""
    values = {"np": np}
    exec(compile(ast.parse(cell), "parameters", "exec"), values)
    return {name: value for name, value in values.items() if name not in ("np", "__builtins__")}


def alike(name, value, standard):
    """Refuse a value that is not of the kind of ``standard``."""
    if isinstance(standard, str):
        arguments.instance(name, str, value)
    elif isinstance(standard, int):
        arguments.positive_integer(name, value)
    elif isinstance(standard, float):
        arguments.finite(name, value)
    else:
        values = arguments.finite_array(name, value)
        if values.size == 0 or values.ndim != 1:
            arguments.refuse(name, "a list of numbers", value)
        for each in value:
            alike(f"{name} in each entry", each, np.asarray(standard).ravel()[0].item())


def drawn(figure):
    """Return the numbers behind a figure by panel: lines, images, meshes and markers."""
    found = {}
    for panel, axes in enumerate(figure.axes):
        for number, line in enumerate(axes.get_lines()):
            label = f"panel{panel}_line{number}"
            found[label] = np.array(getattr(line, "get_data_3d", line.get_data)(), dtype=float)
        for number, image in enumerate(axes.get_images()):
            found[f"panel{panel}_image{number}"] = np.ma.getdata(image.get_array())
        for number, drawing in enumerate(axes.collections):
            label = f"panel{panel}_drawing{number}"
            if drawing.get_array() is not None:
                found[f"{label}_values"] = np.ma.getdata(drawing.get_array())
            if hasattr(drawing, "get_coordinates"):
                found[label] = np.ma.getdata(drawing.get_coordinates())
            elif len(drawing.get_offsets()) > 1:
                found[label] = np.ma.getdata(drawing.get_offsets())
            elif drawing.get_paths():
                found[label] = np.concatenate([path.vertices for path in drawing.get_paths()])
    return found
