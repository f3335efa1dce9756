"""What the paper says in numbers, and the code that checks it.

A claim is a function that computes one number, registered with the place in the paper, what is
printed there and the tolerance that the printed digits allow. The tests run all claims; each
chapter runs its own with `check`, and the paper map shows them all. The claims of a chapter are in
the module that has its name.
"""

from importlib import import_module
from operator import attrgetter
from pkgutil import iter_modules

from .shared import CLAIMS

__all__ = ["CLAIMS", "check"]

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")  # which registers its claims
CLAIMS.sort(key=attrgetter("chapter"))  # the order of the tables


def check(chapter):
    """Compute every claim of a chapter and compare it with what the paper prints.

    Parameters
    ----------
    chapter : str
        Name of the notebook, "03_steady_state".

    Returns
    -------
    Verdicts
        Prints as a table.

    Raises
    ------
    ValueError
        If no chapter of this name has claims.
    AssertionError
        If a computed value is further from the printed one than its digits allow, and the claim
        does not say why.
    """
    return CLAIMS.check(chapter)
