"""Trajectories in files, with all that is needed to make the same numbers again."""

import json
import os
from contextlib import suppress
from pathlib import Path

import numpy as np

from .. import arguments
from ..exact_dynamics import Trajectory
from ..moments import Moments
from ..multipoles import Multipoles
from .provenance import provenance

PACKAGES = "lmgcav", "numpy", "scipy"
PLAIN = "ts", "truncation", "error", "errors", "squeezing_errors"  # fields that are numbers already


def save(path: str | os.PathLike, trajectory: Trajectory, **settings) -> None:
    """Write a trajectory into a file, with its provenance.

    Parameters
    ----------
    path : str or pathlib.Path
        A file that ends in .npz; "~" is the home folder. It is there as a whole, or not at all.
    trajectory : Trajectory
    **settings
        What it was computed with: ``model=model, start=start, tol=1e-8``. Kept as text where it is
        no number, text or list of these.

    Raises
    ------
    ValueError
        If an argument is not of this form, or the file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> from lmgcav import Model, evolve
    >>> model, path = Model(N=10, chi=0.5, Omega=8), tempfile.mkdtemp() + "/run.npz"
    >>> save(path, evolve(model, [0, 0.1, 0.2]), model=model)
    >>> trajectory, about = load(path)
    >>> trajectory.moments.mean.shape, about["model"]
    ((3, 3), 'Model(N=10, chi=0.5, Omega=8.0, Gamma=1.0)')
    """
    arguments.instance("trajectory", Trajectory, trajectory)
    path, moments = checked(path), trajectory.moments
    arrays = {name: getattr(trajectory, name) for name in PLAIN}
    if trajectory.states is not None:
        arrays["c"] = trajectory.states.c
    about = json.dumps(provenance(PACKAGES, **settings), default=repr, ensure_ascii=False)
    arrays |= {"N": moments.N, "mean": moments.mean, "second": moments.second, "provenance": about}
    part = path.with_suffix(f".{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            np.savez_compressed(file, **{k: v for k, v in arrays.items() if v is not None})
        part.replace(path)
    except (OSError, ValueError) as error:  # the second where a path has a null character
        arguments.refuse("path", f"a file that can be written ({error})", str(path))
    finally:
        with suppress(OSError, ValueError):
            part.unlink()


def load(path: str | os.PathLike) -> tuple[Trajectory, dict]:
    """Read a trajectory that `save` has written.

    Parameters
    ----------
    path : str or pathlib.Path

    Returns
    -------
    trajectory : Trajectory
    about : dict
        Its provenance: the settings, then "versions", "commit" and "date".

    Raises
    ------
    ValueError
        If there is no such file, or it is damaged.
    """
    path = checked(path)
    try:
        with path.open("rb") as stream, np.load(stream) as file:
            arrays = dict(file)
        N, about = int(arrays.pop("N")), json.loads(str(arrays.pop("provenance")))
        moments = Moments(N, arrays.pop("mean"), arrays.pop("second"))
        c = arrays.pop("c", None)
        states = None if c is None else Multipoles(N, c)
        arrays["truncation"], arrays["error"] = int(arrays["truncation"]), float(arrays["error"])
        run = Trajectory(moments=moments, states=states, **arrays)
        timed = (run.ts, run.errors, run.squeezing_errors, moments.mean, moments.second, c)
        if len({len(part) for part in timed if part is not None}) > 1:
            raise ValueError("it has not as many values as times")
    except Exception as error:  # of zipfile, zlib or NumPy, which name no other for all their ways
        allowed = f"a file that `save` has written and nothing has damaged ({error})"
        arguments.refuse("path", allowed, str(path))
    return run, about


def checked(path):
    """Return the path of a file with an ending of NumPy."""
    if not isinstance(path, (str, os.PathLike)) or not str(path).endswith(".npz"):
        arguments.refuse("path", "the name of a file that ends in .npz", path)
    return arguments.folder("path", Path(path).parent) / Path(path).name
