"""Many parameter points, on one machine or on many, and nothing lost.

`sweep` evaluates a function over a grid of parameters with whatever runs functions elsewhere:
a pool of processes, Dask on a cluster, MPI. A store keeps each point as soon as it is finished.
"""

import inspect
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import date
from functools import partial
from importlib import metadata
from math import prod
from os import PathLike
from textwrap import shorten
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import arguments
from ..exact_dynamics import progress_bar
from .elsewhere import BELOW, OtherCodeError, attempts, digest, read_executor
from .fingerprint import fingerprint

if TYPE_CHECKING:
    import xarray as xr

PACKAGES = ["lmgcav", *BELOW]
LISTED = 10  # different errors in the text of a `SweepError`


class SweepError(RuntimeError):
    """Some points of a sweep have no result.

    Attributes
    ----------
    result : xarray.DataArray or xarray.Dataset
        As `sweep` would have returned it, with NaN at the points that have no result.
    errors : list of (dict, Exception)
        Parameters of the points that failed, and why.
    """

    def __init__(self, message, result, errors):
        super().__init__(message)
        self.result, self.errors = result, errors


def sweep(
    function: Callable,
    grid: Mapping,
    *,
    executor: Any = None,
    store: str | PathLike | None = None,
    version: str | int | None = None,
    progress: bool = True,
) -> "xr.DataArray | xr.Dataset":
    """Evaluate a function at every point of a grid of parameters.

    Parameters
    ----------
    function : callable
        Takes the parameters by name. Returns a number, an array, a dict of these, a dataclass of
        these such as `Moments`, `Trajectory` or `Spectrum` (without its eigenvectors), or an
        xarray object, whose dimensions keep their names. What is masked becomes NaN; where an
        array without names for its dimensions is shorter than at other points, it ends in NaN.
    grid : dict
        Values of each parameter, by name; the grid is their product. Parameters that change
        together share a key: ``{("drive", "twist"): zip(drives, twists), "N": [100, 200]}``.
    executor : optional
        Anything with the interface of ``concurrent.futures.Executor``: a process pool, a client of
        Dask, ``mpi4py.futures.MPIPoolExecutor``. While it is in use, linear algebra takes one
        thread in each process.
    store : path-like, optional
        Folder that keeps the points. A second call resumes there, and computes again only what
        has changed: each combination of function, grid and versions has a store of its own in the
        folder, which ``xarray.open_zarr`` reads.
    version : str or int, optional
        Another one begins a new store: for changes that the code does not show.
    progress : bool, default True
        Whether to show a progress bar after two seconds, where tqdm is installed.

    Returns
    -------
    xarray.DataArray or xarray.Dataset
        The parameters are coordinates; a Dataset where the function returns more than one value.

    Raises
    ------
    ValueError
        If an argument is not of this form, or the store cannot be used.
    SweepError
        If points failed, after all others are finished. At once if the store cannot be written,
        the first value is of no form that has a place beside the grid, or a worker has older code.

    Notes
    -----
    A function has changed where its code, a value that the code refers to, or in turn the code of
    another function that it calls or imports has changed. Installed packages count by their
    version, docstrings do not count. What the code does not name, such as the content of a file
    that it reads or what ``eval`` gets, is not seen: give another ``version``.

    Examples
    --------
    >>> from lmgcav import critical_drive
    >>> result = sweep(critical_drive, {"twist": [0, 1.875]})
    >>> result.sel(twist=1.875).item()
    1.7396...
    """
    try:
        from threadpoolctl import threadpool_limits

        from .results import FormError, Results
    except ModuleNotFoundError as error:
        error.add_note(
            'Install what `sweep` needs: pip install "lmgcav[sweep]", or ".[sweep]" in a clone'
        )
        raise
    name, axes = name_of(function), read_grid(function, grid)
    size = prod(len(next(iter(along.values()))) for along in axes.values())
    arguments.fits_in_memory(f"A grid of {size} points", 1000 * size)
    executor = read_executor(executor)
    path = None if store is None else store_path(store, name, function, axes, version)
    results = Results(name, axes, path, origin(name, version))
    missing = {index: point for index, point in points(axes) if not results.finished[index]}
    calls, errors = attempts(function, missing, executor), {}
    one_thread = threadpool_limits(None if executor is None else 1)
    with one_thread, closing(calls), progress_bar(len(missing), name, progress) as advance:
        for index, call in calls:
            try:
                results.add(index, call())
            except Exception as error:
                errors[index] = error
                if isinstance(error, OtherCodeError):
                    break
                if isinstance(error, FormError) and not results.dataset.data_vars:
                    break
            else:
                keep(results, index)
            advance(1)
    if errors:
        raise failure(results, [(missing[index], errors[index]) for index in sorted(errors)])
    return results.labelled()


def name_of(function):
    """Name for the values of a function that returns them without one."""
    while isinstance(function, partial):
        function = function.func
    name = getattr(function, "__name__", "")
    return name if name.isidentifier() else "value"


def read_grid(function, grid):
    """Return for each dimension of the grid the parameters along it with their values."""
    if not callable(function):
        arguments.refuse("function", "callable", function)
    if not isinstance(grid, Mapping) or not grid:
        arguments.refuse("grid", "a dict of parameter names and values", grid)
    axes = {}
    for key, values in grid.items():
        names = key if isinstance(key, tuple) else (key,)
        axes["_".join(map(str, names))] = read_axis(key, names, values)
    parameters = [name for along in axes.values() for name in along]
    if len({*parameters}) < len(parameters) or len(axes) < len(grid):
        arguments.refuse("grid", "without repeated names", [*grid])
    try:
        inspect.signature(function).bind(**dict.fromkeys(parameters))
    except (TypeError, ValueError) as error:  # the second where Python knows no names
        arguments.refuse("grid", f"named as the parameters of the function ({error})", [*grid])
    return axes


def read_axis(key, names, values):
    """Return the values along one dimension for each of its parameters."""
    try:
        refused = np.ma.is_masked(values) or isinstance(values, (str, bytes))
        if isinstance(values, zip):  # which would drop what is longer
            values = zip(*values.__reduce__()[1], strict=True)
        rows = [] if refused else [*values]
        columns = [*zip(*rows, strict=True)] if isinstance(key, tuple) else [rows]
        along = {n: np.asarray(c) for n, c in zip(names, columns, strict=True)}
        good = [are_values(c, array) for c, array in zip(columns, along.values(), strict=True)]
    except (TypeError, ValueError):
        good = []
    if not good or not all(good):
        allowed = "a list of numbers or of words, or of tuples of them where the name is a tuple"
        arguments.refuse(f"grid[{key!r}]", allowed, values)
    columns = [column.tolist() for column in along.values()]
    if repeated := [row for row, times in Counter(zip(*columns, strict=True)).items() if times > 1]:
        arguments.refuse(f"grid[{key!r}]", f"without repeated values such as {repeated[0]}", values)
    return dict(zip(names, columns, strict=True))


def are_values(column, array):
    """Whether a column is of numbers, of which NaN is none, or of words, as is its array."""
    kinds = {isinstance(value, str) for value in column}
    if array.ndim != 1 or array.dtype.kind not in "biufcU" or len(kinds) != 1:
        return False
    return array.dtype.kind == "U" or not np.isnan(array).any()


def points(axes):
    """Yield the index and the parameters of each point of the grid."""
    for index in np.ndindex(*(len(next(iter(along.values()))) for along in axes.values())):
        along = zip(index, axes.values(), strict=True)
        yield index, {name: column[i] for i, columns in along for name, column in columns.items()}


def store_path(folder, name, function, axes, version):
    """Place in the folder that belongs to this function, this grid and these versions alone."""
    if not isinstance(version, str | int | None):
        arguments.refuse("version", "None, a word or a number", version)
    try:
        identity = fingerprint((digest(function), axes, version))
    except TypeError as error:
        arguments.refuse(
            "function", f"without values that no store can compare ({error})", function
        )
    return arguments.folder("store", folder) / f"{name}-{identity[:16]}.zarr"


def origin(name, version):
    """Where the values of a function come from."""
    given = {} if version is None else {"version": version}
    versions = {package: metadata.version(package) for package in PACKAGES}
    return {"function": name, "date": date.today().isoformat(), **given, **versions}


def keep(results, index):
    """Write a point to the store; where that fails, stop with what there is."""
    try:
        results.write(index)
    except OSError as error:
        finished = f"{results.finished.sum()} of {results.finished.size} points were finished"
        message = f"{finished} when {results.path} could not be written: {error}"
        raise SweepError(message, results.labelled(), []) from error


def failure(results, errors):
    """Return the `SweepError` that says which points failed, and why."""
    kept = f" and in {results.path}, where a second call finds them" if results.path else ""
    head = f"{len(errors)} of {results.finished.size} points failed; the others are in `result`"
    if untried := results.finished.size - results.finished.sum() - len(errors):
        head = f"Stopped, since {untried} points more would fail; what is finished is in `result`"
    reasons = {}
    for parameters, error in errors:
        point = ", ".join(f"{name} = {value!r}" for name, value in parameters.items())
        reasons.setdefault(f"{type(error).__name__}: {error}", []).append(point)
    lines = [
        f"{reason}\n    at {shorten('; '.join(where), 300, placeholder=' …')}"
        for reason, where in reasons.items()
    ]
    if len(lines) > LISTED:
        lines[LISTED:] = [f"and {len(lines) - LISTED} other errors, which are in `errors`"]
    return SweepError("\n".join([head + kept, *lines]), results.labelled(), errors)
