"""Many parameter points, on one machine or on many, and nothing lost.

`sweep` evaluates a function over a grid of parameters with whatever runs functions elsewhere:
a pool of processes, Dask on a cluster, MPI. A store keeps each point as soon as it is finished.
"""

import inspect
import sys
from collections.abc import Mapping
from concurrent.futures import BrokenExecutor, Future, as_completed
from contextlib import closing
from datetime import date
from functools import partial
from importlib.metadata import version
from math import prod
from os import PathLike
from pathlib import Path
from textwrap import shorten

import numpy as np

from .. import arguments
from ..exact_dynamics import progress_bar
from .fingerprint import fingerprint

BELOW = ["numpy", "scipy"]  # another version of them may give other results
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


def sweep(function, grid, *, executor=None, store=None, progress=True):
    """Evaluate a function at every point of a grid of parameters.

    Parameters
    ----------
    function : callable
        Takes the parameters by name. Returns a number, an array, a dict of these, a dataclass of
        these such as `Moments`, or an xarray object, whose dimensions keep their names.
    grid : dict
        Values of each parameter, by name; the grid is their product. Parameters that change
        together share a key: ``{("drive", "twist"): zip(drives, twists), "N": [100, 200]}``.
    executor : optional
        Anything with the interface of ``concurrent.futures.Executor``: a process pool,
        ``client.get_executor()`` of Dask, ``mpi4py.futures.MPIPoolExecutor``. While it is in use,
        linear algebra takes one thread in each process.
    store : path-like, optional
        Folder that keeps the points. A second call resumes there, and computes again only what
        has changed: each combination of function, grid and versions has a store of its own in the
        folder, which ``xarray.open_zarr`` reads.
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
        If points failed, after all others are finished, or if the store cannot be written.

    Notes
    -----
    A function has changed where its code, a value that the code refers to, or in turn the code of
    another function that it calls or imports has changed. Installed packages count by their
    version, docstrings do not count. What the code does not name, such as the content of a file
    that it reads, is not seen.

    Examples
    --------
    >>> from lmgcav import critical_drive
    >>> result = sweep(critical_drive, {"twist": [0, 1.875]})
    >>> result.sel(twist=1.875).item()
    1.7396...
    """
    try:
        from threadpoolctl import threadpool_limits

        from .results import Results
    except ModuleNotFoundError as error:
        error.add_note('Install what `sweep` needs: pip install "lmgcav[sweep]"')
        raise
    if executor is not None and not callable(getattr(executor, "submit", None)):
        arguments.refuse("executor", "None or like concurrent.futures.Executor", executor)
    name, axes = name_of(function), read_grid(function, grid)
    size = prod(len(next(iter(along.values()))) for along in axes.values())
    arguments.fits_in_memory(f"A grid of {size} points", 1000 * size)
    path = None if store is None else store_path(store, name, function, axes)
    results = Results(name, axes, path, origin(name))
    missing = {index: point for index, point in points(axes) if not results.finished[index]}
    calls, errors = attempts(function, missing, executor), {}
    one_thread = threadpool_limits(None if executor is None else 1)
    with one_thread, closing(calls), progress_bar(len(missing), name, progress) as advance:
        for index, call in calls:
            try:
                results.add(index, call())
            except Exception as error:
                errors[index] = error
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
        rows = [] if refused else [*values]
        columns = zip(*rows, strict=True) if isinstance(key, tuple) else [rows]
        along = {n: np.asarray(c) for n, c in zip(names, columns, strict=True)}
    except (TypeError, ValueError):
        along = {}
    good = [c.ndim == 1 and c.size > 0 and c.dtype.kind in "biufcU" for c in along.values()]
    if not good or not all(good):
        allowed = "a list of numbers or words, or of tuples of them where the name is a tuple"
        arguments.refuse(f"grid[{key!r}]", allowed, values)
    return {name: column.tolist() for name, column in along.items()}


def points(axes):
    """Yield the index and the parameters of each point of the grid."""
    for index in np.ndindex(*(len(next(iter(along.values()))) for along in axes.values())):
        along = zip(index, axes.values(), strict=True)
        yield index, {name: column[i] for i, columns in along for name, column in columns.items()}


def store_path(folder, name, function, axes):
    """Place in the folder that belongs to this function, this grid and these versions alone."""
    if not isinstance(folder, (str, PathLike)):
        arguments.refuse("store", "None or the path of a folder", folder)
    try:
        identity = fingerprint((function, axes, *(sys.modules[name] for name in BELOW)))
    except TypeError as error:
        arguments.refuse(
            "function", f"without values that no store can compare ({error})", function
        )
    return Path(folder) / f"{name}-{identity[:16]}.zarr"


def origin(name):
    """Where the values of a function come from."""
    versions = {package: version(package) for package in PACKAGES}
    return {"function": name, "date": date.today().isoformat(), **versions}


def attempts(function, points, executor):
    """Yield each index, once its point is due, with a call that returns its value or raises."""
    if executor is None:
        for index, parameters in points.items():
            yield index, partial(function, **parameters)
        return
    futures = {submitted(executor, function, point): index for index, point in points.items()}
    try:
        for future in as_completed([*futures]):
            yield futures.pop(future), future.result
    finally:
        for future in futures:
            future.cancel()


def submitted(executor, function, parameters):
    """Submit a call; an executor that is broken fails it, as it fails those submitted before."""
    try:
        return executor.submit(call_on_one_thread, function, parameters)
    except BrokenExecutor as error:
        future = Future()
        future.set_exception(error)
        return future


def call_on_one_thread(function, parameters):
    """Call the function in a process that shares the machine with others."""
    from threadpoolctl import threadpool_limits

    threadpool_limits(1)
    return function(**parameters)


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
