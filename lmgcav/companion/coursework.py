"""What the cells of the graded problem sets use: to draw parameters, and to read answers.

This module knows neither the paper nor its physics, and imports nothing of this package: in
grading its text runs where the answers run, and there the rest of ``lmgcav`` is closed.
"""

import os
import zlib

import numpy as np

ROUNDING = 1e-5  # relative; what single precision leaves of a few products of matrices


def draws(test, variant=0):
    """Yield generators of parameters for a test: one while students work, two more in grading.

    Parameters
    ----------
    test : str
        Name of the test; each draws its own.
    variant : int
        Variant of the set.

    Yields
    ------
    numpy.random.Generator
    """
    label = zlib.crc32(test.encode())
    yield np.random.default_rng([variant, label])
    if "LMGCAV_SEED" in os.environ:  # set by coursework/grading.py
        for number in (1, 2):
            yield np.random.default_rng([int(os.environ["LMGCAV_SEED"]), label, number])


def numbers(answer):
    """Return an answer as an array of numbers, real where no imaginary part is left.

    Parameters
    ----------
    answer : object
        Anything that NumPy reads as numbers, a sparse matrix, or an operator of QuTiP.

    Raises
    ------
    AssertionError
        With what the answer is instead.
    """
    assert answer is not None, "your function returns None: is there a return?"
    assert not callable(answer) or hasattr(answer, "full"), "numbers are asked for, not a function"
    for dense in ("full", "toarray"):
        if hasattr(answer, dense):
            answer = getattr(answer, dense)()
    try:
        array = np.asarray(answer)
    except ValueError:
        raise AssertionError("numbers are asked for: your rows differ in length") from None
    assert array.dtype.kind in "biufc", f"numbers are asked for, not {type(answer).__name__}"
    assert np.isfinite(array).all(), "some numbers are not finite: an overflow?"
    if array.dtype.kind == "c" and abs(array.imag).sum() <= 1e-9 * abs(array).sum():
        array = array.real
    return array


def number(answer):
    """Return an answer as one real number; the errors are those of `numbers`."""
    array = numbers(answer)
    assert array.size == 1, f"one number is asked for, not an array of shape {array.shape}"
    assert array.dtype.kind != "c", "a real number is asked for, yours is complex"
    return float(array.reshape(-1)[0])


def close(got, expected, tolerance=ROUNDING):
    """Whether two arrays agree in shape, and in their values relative to the largest."""
    got, expected = np.asarray(got), np.asarray(expected)
    if got.shape != expected.shape:
        return False
    return bool((np.abs(got - expected) <= tolerance * np.abs(expected).max(initial=0)).all())


def compare(got, right, message, slips=None, tolerance=ROUNDING):
    """Assert that an answer is right; a slip that explains it is named instead of ``message``.

    Parameters
    ----------
    got, right : array_like
    message : str
        What to say to an answer that no slip explains.
    slips : dict of str to array_like
        What to say to an answer with this value.
    tolerance : float
        Relative to the largest right value.
    """
    if close(got, right, tolerance):
        return
    for said, wrong in (slips or {}).items():
        assert not close(got, wrong, tolerance), said
    raise AssertionError(message)
