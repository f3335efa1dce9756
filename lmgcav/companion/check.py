"""What an exercise is, the list of all of them, and a check that answers at once.

This module knows neither the paper nor its physics.
"""

import inspect
import textwrap
from collections import UserDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .. import arguments

ALWAYS = {  # slips that any answer may have
    "look at the sign.": lambda right: -right,
    "it is twice too large.": lambda right: 2 * right,
    "it is half of what it should be.": lambda right: right / 2,
    "it is the reciprocal.": lambda right: 1 / right,
    "you give decibels; the plain number is asked for.": lambda right: 10 * np.log10(abs(right)),
    "one logarithm is natural, the other decimal.": lambda right: right * np.log(10),
    "one logarithm is decimal, the other natural.": lambda right: right / np.log(10),
}


@dataclass(frozen=True)
class Exercise:
    """One question with its answer.

    Attributes
    ----------
    asks : str
        What to hand in.
    compute : callable
        Returns the answer, a number or an array; where ``at`` is given it is the answer, a
        function.
    tolerance : float
        Relative distance from the right value that still counts as right.
    at : tuple of tuples
        Arguments at which functions are compared.
    hints : dict of str to callable
        What to say to a slip, and the slip: the wrong value as a function of the right one;
        where ``at`` is given, the wrong function.
    """

    asks: str
    compute: Callable
    tolerance: float
    at: tuple
    hints: dict

    @property
    def label(self):
        """Name in `Exercises.check`; the chapter puts "exercise-" before it."""
        return self.compute.__name__.replace("_", "-")

    def takes_points(self, answer):
        """Whether an answer can be called with the arguments ``at``, if it has to be."""
        try:
            if self.at:
                inspect.signature(answer).bind(*self.at[0])
        except TypeError:
            return False
        except ValueError:
            pass  # functions in C may have no signature to look at
        return True

    def values(self, answer):
        """Return what is compared of an answer: the answer itself, or its values ``at``."""
        values = [answer(*point) for point in self.at] if self.at else answer
        return arguments.as_array(values)

    @cached_property
    def right(self):
        """What is compared of the right answer."""
        return self.values(self.compute if self.at else self.compute()).astype(float)

    def diagnose(self, answer):
        """Say "Right.", or what is wrong with an answer, without the right one."""
        if answer is ...:
            return f"Put your answer in place of the dots: {self.asks}."
        if callable(answer) != bool(self.at) or not self.takes_points(answer):
            return f"Not yet: hand in {self.asks}."
        given, right = self.values(answer), self.right
        if given.dtype.kind not in "iufb" or given.shape != right.shape:
            return f"Not yet: {self.arrived(answer)}; hand in {self.asks}, as real numbers."
        if not np.isfinite(given).all():
            return "Not yet: that is no finite number."

        def off(value):
            return abs(given - value) > self.tolerance * abs(value)

        if not off(right).any():
            return "Right."
        slips = {
            hint: self.values(slip) if self.at else slip(right) for hint, slip in self.hints.items()
        }
        slips |= {hint: slip(right) for hint, slip in ALWAYS.items()}
        for hint, value in slips.items():
            if np.all(value) and not off(value).any():  # 0 fits the decibels of 1
                return f"Not yet: {hint}"
        if (abs(given - right) <= abs(right) / 10).all():
            return f"Not yet: close, but not within {100 * self.tolerance:.2g}%."
        first = tuple(np.argwhere(off(right))[0])
        where = f" at {self.at[first[0]]}" if self.at else f" in entry {first[0]}" if first else ""
        return f"Not yet: this is not right{where}."

    def arrived(self, answer):
        """Say what an answer is that cannot be compared."""
        one = answer(*self.at[0]) if self.at else answer
        if one is None:
            return "what arrived is None" + (", so a return is missing" if self.at else "")
        given = arguments.as_array(one)
        if given.dtype.kind not in "iufb":
            return f"what arrived is {one!r:.40}"
        return f"what arrived has the shape {given.shape}" if given.shape else "one number arrived"


class Exercises(UserDict):
    """The exercises of one book by their labels."""

    def exercise(self, asks, *, tolerance=1e-3, at=(), hints=None):
        """Return the decorator that registers a function as the answer; see `Exercise`."""

        def register(compute):
            it = Exercise(asks, compute, tolerance, at, hints or {})
            self[it.label] = it
            return compute

        return register

    def check(self, label, answer):
        """Print whether an answer is right, or what is wrong with it."""
        if label not in self:
            arguments.refuse("label", "one of " + ", ".join(self), label)
        print(textwrap.fill(self[label].diagnose(answer), 76))  # as wide as a page shows
