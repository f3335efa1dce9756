"""What the paper says in numbers, and the code that checks it.

A claim is a function that computes one number, registered with the place in the paper, what is
printed there and the tolerance that the printed digits allow. The tests run all claims; each
chapter runs its own with `check`, and the paper map shows them all. The claims of a chapter are in
the module that has its name.
"""

from importlib import import_module

from .registry import CLAIMS, CORRECTED, DIFFERS, REPRODUCED, Claim, Verdict, Verdicts, check, judge

__all__ = [
    "CLAIMS",
    "CORRECTED",
    "DIFFERS",
    "REPRODUCED",
    "Claim",
    "Verdict",
    "Verdicts",
    "check",
    "judge",
]

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
