"""What every public function accepts, and the sentence with which it refuses the rest.

Each function returns the argument in its working type, or raises ``ValueError`` that names
the argument, what is allowed and the value received.
"""

import math
import operator
import re
import sys
import tempfile
from contextlib import suppress
from os import PathLike
from pathlib import Path
from typing import NoReturn

import numpy as np
from scipy.sparse import issparse

LARGEST = 1e60  # of any number, and its inverse the smallest: their powers stay far from overflow
MOST = 10**15  # of anything counted: still exact as a float
MOST_STEPS = 1e7  # of a computation through time: hours
AT_ONCE = 1000  # numbers that numpy changes while Python makes one step
SMALL = 1e6  # bytes, fewer than Python itself takes: not worth a look at the system
IN_BROWSER = 2e9  # bytes: WebAssembly has addresses for 4 GB, half of which copies may need


def refuse(name, allowed, value) -> NoReturn:
    """Raise the ``ValueError`` that the whole package uses."""
    raise ValueError(f"Argument {name} must be {allowed}, but {name} = {value!r}")


def instance(name, kind, value):
    """Return ``value`` if it is a ``kind``, a class."""
    if not isinstance(value, kind):
        refuse(name, f"of the class {kind.__name__}", value)
    return value


def positive_integer(name, value) -> int:
    """Return ``value`` as an ``int`` of at least 1."""
    try:
        number = operator.index(value)
    except TypeError:
        number = 0
    if number < 1 or isinstance(value, bool):
        refuse(name, "a positive integer", value)
    if number > MOST:
        refuse(name, f"at most {MOST:.0e}", value)
    return number


def finite(name, value) -> float:
    """Return ``value`` as a finite ``float``."""
    array, number = as_array(value), np.nan
    if array.ndim == 0 and array.dtype.kind in "biufO" and not np.ma.is_masked(value):
        with suppress(TypeError, ValueError, OverflowError):
            number = float(value)
    if not np.isfinite(number):
        refuse(name, "a finite real number", value)
    if abs(number) > LARGEST:
        refuse(name, f"at most {LARGEST:g} in size", value)
    return number


def positive(name, value) -> float:
    """Return ``value`` as a finite ``float`` above zero."""
    number = finite(name, value)
    if number <= 0:
        refuse(name, "positive", value)
    if number < 1 / LARGEST:
        refuse(name, f"at least {1 / LARGEST:g}", value)
    return number


def as_array(value) -> np.ndarray:
    """Return ``value`` as an array, which is one of objects where it cannot be one of numbers.

    Rows of different lengths cannot, nor a tensor on a graphics card.
    """
    try:
        return np.asarray(value)
    except (ValueError, TypeError, RuntimeError):
        return np.asarray(None)


def finite_array(name, value) -> np.ndarray:
    """Return ``value`` as a float array without NaN or infinity."""
    array = as_array(value)
    masked = np.ma.is_masked(value)
    if masked or array.dtype.kind not in "iuf" or not np.isfinite(array).all():
        refuse(name, "finite real numbers", value)
    array = array.astype(float)
    if (abs(array) > LARGEST).any():
        refuse(name, f"at most {LARGEST:g} in size", value)
    return array


def finite_complex(name, value) -> np.ndarray:
    """Return ``value`` as a complex array without NaN or infinity."""
    array = as_array(value)
    if np.ma.is_masked(value) or array.dtype.kind not in "iufc":
        refuse(name, "finite numbers", value)
    return finite_array(name, array.real) + 1j * finite_array(name, array.imag)


def axis(name, value) -> np.ndarray:
    """Return ``value`` as a one-dimensional float array."""
    array = finite_array(name, value)
    if array.ndim != 1:
        refuse(f"{name}.shape", "(n,), one-dimensional", array.shape)
    return array


def square_matrices(name, value) -> np.ndarray:
    """Return ``value`` as a numeric array of shape (..., N+1, N+1) with N ≥ 1."""
    array = as_array(value)
    if array.dtype.kind not in "iufc":
        refuse(name, "an array of numbers", value)
    if array.ndim < 2 or array.shape[-1] != array.shape[-2] or array.shape[-1] < 2:
        refuse(f"{name}.shape", "(..., N + 1, N + 1) with N ≥ 1", array.shape)
    with np.errstate(over="ignore"):
        if not (abs(array) <= LARGEST).all():
            refuse(name, f"finite and at most {LARGEST:g} in size", value)
    return array


def density_matrices(name, value, tolerance=1e-6):
    """Return ``value`` as Hermitian matrices of trace 1, shape (..., N+1, N+1) with N ≥ 1.

    A `qutip.Qobj` and a sparse matrix count as what they hold, several of them in a list as well,
    and a ket, which is a column, as its projector.
    """
    several = isinstance(value, (list, tuple)) and len(value) > 0
    if several and all(map(holds_matrix, value)):
        return np.stack([density_matrices(name, each, tolerance) for each in value])
    array = held_matrix(name, value)
    if array.dtype.kind in "iufc" and array.ndim == 2 and array.shape[1] == 1 < array.shape[0]:
        array = array * array.conj().T
    rho = square_matrices(name, value if array.dtype.kind in "OU" else array)
    if not (abs(rho - rho.conj().swapaxes(-1, -2)) <= tolerance).all():
        refuse(name, "Hermitian where it is a matrix", value)
    trace = np.trace(rho, axis1=-2, axis2=-1).real
    if not (abs(trace - 1) <= tolerance).all():
        refuse(f"{name}.trace", "1, so divide a null vector by its trace", trace)
    return rho


def holds_matrix(value):
    """Whether this is a `qutip.Qobj`, which is not imported for that, or a sparse matrix."""
    return issparse(value) or (hasattr(value, "full") and hasattr(value, "isket"))


def held_matrix(name, value):
    """Return the dense array of a `qutip.Qobj`, a sparse matrix, or anything else."""
    if not holds_matrix(value):
        return as_array(value)
    fits_in_memory(f"A dense matrix of {value.shape[0]} rows", 16 * math.prod(value.shape))
    if issparse(value):
        return value.toarray()
    if value.type not in ("ket", "oper"):
        refuse(f"{name}.type", "that of a ket or an operator", value.type)
    return value.full()


def times(value) -> np.ndarray:
    """Return ``ts``, a sorted one-dimensional array of times from 0 on."""
    ts = finite_array("ts", value)
    if ts.ndim != 1 or ts.size == 0 or ts[0] < 0 or (np.diff(ts) < 0).any():
        refuse("ts", "a sorted one-dimensional array of times ≥ 0", value)
    fits_in_memory(f"A solution at {ts.size} times", 500 * ts.size)
    return ts


def folder(name, value) -> Path:
    """Return ``value`` as the path of a folder on this machine, which may begin with ``~``."""
    if not isinstance(value, (str, PathLike)):
        refuse(name, "the path of a folder", value)
    if re.match(r"\w\w+:/", str(value)):  # pathlib makes one slash of two
        refuse(name, "a folder on this machine, not an address", str(value))
    try:
        return Path(value).expanduser()
    except RuntimeError as error:  # nobody has this name
        refuse(name, f"a folder on this machine ({error})", str(value))


def writable_folder(name, value) -> Path:
    """Return ``value`` as the path of a folder that can be written, made where it is missing."""
    path = folder(name, value)
    try:
        path.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=path).close()
    except (OSError, ValueError) as error:  # the second where a path has a null character
        refuse(name, f"a folder that can be written ({error})", str(value))
    return path


def fits_in_memory(what, size, untouched=0):
    """Refuse to allocate ``size`` bytes for ``what`` where less memory is free.

    What is allocated beyond that and stays untouched takes address space only.
    """
    if size <= SMALL:
        return
    free = free_memory(untouched)
    if size > free:
        raise MemoryError(f"{what} needs {size / 1e9:.1f} GB, but {free / 1e9:.1f} GB are free")


def free_memory(untouched=0) -> float:
    """Bytes that this process may still take, infinite where the system does not tell.

    The least of what the machine has, what its container may have (on Binder much less than the
    machine), and what the limit on the address space leaves. A browser tells nothing.
    """
    if sys.platform == "emscripten":
        return IN_BROWSER
    machine = re.search(r"MemAvailable: +(\d+) kB", _read("/proc/meminfo"))
    free = [1024 * float(machine[1])] if machine else [np.inf]
    most, used = (_read(f"/sys/fs/cgroup/memory.{name}") for name in ("max", "current"))
    if most.strip().isdigit() and used.strip().isdigit():
        free.append(float(most) - float(used))
    pages = _read("/proc/self/statm").split()
    if pages:
        import resource

        limit = resource.getrlimit(resource.RLIMIT_AS)[0]
        if limit != resource.RLIM_INFINITY:
            free.append(limit - float(pages[0]) * resource.getpagesize() - untouched)
    return max(min(free), 0.0)


def _read(path):
    try:
        return Path(path).read_text()
    except OSError:  # not on this system
        return ""


def in_few_steps(name, time, rate, size=0):
    """Refuse a ``time`` that takes more than `MOST_STEPS` at this rate.

    Steps that change more than `AT_ONCE` numbers, the ``size``, count accordingly more.
    """
    allowed = MOST_STEPS / (rate * (1 + size / AT_ONCE))
    if time > allowed:
        refuse(name, f"at most {allowed:.2g}, which takes {MOST_STEPS:.0e} steps", time)
