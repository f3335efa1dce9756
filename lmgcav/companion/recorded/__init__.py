"""Numbers that take minutes to hours, recorded beforehand, and where they come from.

The scripts in this folder record them and `load` reads them. A script adds what its file lacks;
remove the file to record all anew.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..provenance import provenance

FOLDER = Path(__file__).parent
PACKAGES = "lmgcav", "numpy", "scipy"


@dataclass(frozen=True)
class Recording:
    """Recorded arrays by name, ``recording["window"]``; prints where they come from.

    Attributes
    ----------
    arrays : mapping of str to numpy.ndarray
    provenance : dict
        Settings, then "versions", "commit" and "date", as `provenance.provenance` gives them.
    """

    arrays: Mapping[str, np.ndarray]
    provenance: dict

    def __getitem__(self, name):
        return self.arrays[name]

    def __str__(self):
        flat = self.provenance | self.provenance["versions"]
        return "\n".join(f"{key} {value}" for key, value in flat.items() if key != "versions")


def load(name, folder=None):
    """Read a recording.

    Parameters
    ----------
    name : str
        "costs", "dynamics", "gaps" or "levels".
    folder : pathlib.Path, optional
        Where it is, if not in the package.

    Returns
    -------
    Recording

    Raises
    ------
    ValueError
        If there is none of this name.

    Examples
    --------
    >>> load("gaps").provenance["twist"]
    1.875
    """
    folder = folder or FOLDER
    known = sorted(file.stem for file in folder.glob("*.npz"))
    if name not in known:
        raise ValueError(f"Argument name must be one of {', '.join(known)}, but name = {name!r}")
    with np.load(folder / f"{name}.npz") as file:
        arrays = dict(file)
    return Recording(arrays, json.loads(str(arrays.pop("provenance"))))


def save(name, arrays, folder=None, **settings):
    """Write a recording with its provenance.

    Where the file is there already, it is continued: the commits that recorded its beginning
    stay in the provenance.
    """
    folder = folder or FOLDER
    about = provenance(PACKAGES, **settings)
    if (folder / f"{name}.npz").exists():
        before = load(name, folder).provenance["commit"].split(", ")
        about["commit"] = ", ".join(dict.fromkeys([*before, about["commit"]]))
    np.savez_compressed(folder / f"{name}.npz", provenance=json.dumps(about), **arrays)
