"""What the paper says in numbers, and the code that checks it.

A claim is a function that computes one number, registered with the place in the paper, what is
printed there and the tolerance that the printed digits allow. The tests run all claims; each
chapter runs its own with `check`, and the paper map shows them all. The claims of a chapter are in
the module that has its name.
"""

from importlib import import_module

from .shared import CLAIMS

__all__ = ["CLAIMS", "check"]

CHAPTERS = [  # in the order of the tables; importing one registers its claims
    "introduction",
    "model",
    "steady_state",
    "mean_field",
    "exact_dynamics",
    "squeezing_dynamics",
    "spectrum",
    "conclusions",
    "envelope",
    "experiment",
    "photons",
]
for _chapter in CHAPTERS:
    import_module(f"{__name__}.{_chapter}")


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
