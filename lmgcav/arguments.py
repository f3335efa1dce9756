"""What every public function accepts, and the sentence with which it refuses the rest.

Each function returns the argument in its working type, or raises ``ValueError`` that names
the argument, what is allowed and the value received.
"""

import operator
import os

import numpy as np


def refuse(name, allowed, value):
    """Raise the ``ValueError`` that the whole package uses."""
    raise ValueError(f"Argument {name} must be {allowed}, but {name} = {value!r}")


def positive_integer(name, value):
    """Return ``value`` as an ``int`` of at least 1."""
    try:
        number = operator.index(value)
    except TypeError:
        number = 0
    if number < 1 or isinstance(value, bool):
        refuse(name, "a positive integer", value)
    return number


def finite(name, value):
    """Return ``value`` as a finite ``float``."""
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        number = np.nan
    if not np.isfinite(number) or isinstance(value, str):
        refuse(name, "a finite real number", value)
    return number


def positive(name, value):
    """Return ``value`` as a finite ``float`` above zero."""
    number = finite(name, value)
    if number <= 0:
        refuse(name, "positive", value)
    return number


def as_array(value):
    """Return ``value`` as an array, which is one of objects where its rows differ in length."""
    try:
        return np.asarray(value)
    except ValueError:
        return np.asarray(None)


def finite_array(name, value):
    """Return ``value`` as a float array without NaN or infinity."""
    array = as_array(value)
    if array.dtype.kind not in "iuf" or not np.isfinite(array).all():
        refuse(name, "finite real numbers", value)
    return array.astype(float)


def axis(name, value):
    """Return ``value`` as a one-dimensional float array."""
    array = finite_array(name, value)
    if array.ndim != 1:
        refuse(f"{name}.shape", "(n,), one-dimensional", array.shape)
    return array


def square_matrices(name, value):
    """Return ``value`` as a numeric array of shape (..., N+1, N+1) with N ≥ 1."""
    array = as_array(value)
    if array.dtype.kind not in "iufc":
        refuse(name, "an array of numbers", value)
    if array.ndim < 2 or array.shape[-1] != array.shape[-2] or array.shape[-1] < 2:
        refuse(f"{name}.shape", "(..., N + 1, N + 1) with N ≥ 1", array.shape)
    return array


def times(value):
    """Return ``ts``, a sorted one-dimensional array of times from 0 on."""
    ts = finite_array("ts", value)
    if ts.ndim != 1 or ts.size == 0 or ts[0] < 0 or (np.diff(ts) < 0).any():
        refuse("ts", "a sorted one-dimensional array of times ≥ 0", value)
    return ts


def fits_in_memory(what, size):
    """Refuse to allocate ``size`` bytes for ``what`` where the machine has less memory free."""
    free = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    if size > free:
        raise MemoryError(f"{what} needs {size / 1e9:.1f} GB, but {free / 1e9:.1f} GB are free")
