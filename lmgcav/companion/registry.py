"""What a claim of a paper is, the list of all of them, and how they are judged.

This module knows neither the paper nor its physics.
"""

from collections.abc import Callable
from dataclasses import dataclass
from html import escape


@dataclass(frozen=True)
class Claim:
    """One number of the paper.

    Attributes
    ----------
    chapter : str
        Name of the notebook that checks it.
    where : str
        Place in the paper: "Fig. 2", "Eq. (10)".
    says : str
        What the number is, in our words, with its unit.
    printed, tolerance : float
        The printed value, and the distance from it that its digits allow.
    compute : callable
        Returns the value, a float.
    rests_on : tuple of str
        Functions that it needs, as they are found in the package; those beside it count, too. The
        claim must fail without them.
    recomputes : callable or None
        Where the value is read from a recording: computes a random point of the recording anew,
        and raises an AssertionError if it is not found again.
    note : str
        How we read the paper.
    erratum : str
        Label of the entry in the errata, where the printed form needs a correction.
    differs : str
        Why the paper is not reproduced here. The claim must then fail.
    """

    chapter: str
    where: str
    says: str
    printed: float
    tolerance: float
    compute: Callable[[], float]
    rests_on: tuple[str, ...]
    recomputes: Callable[[], None] | None = None
    note: str = ""
    erratum: str = ""
    differs: str = ""

    @property
    def name(self):
        """Name of the function that computes it, unique."""
        return self.compute.__name__


REPRODUCED, CORRECTED, DIFFERS = "reproduced", "reproduced with a correction", "differs"
NOT_AS_STATED = "NOT AS STATED"


@dataclass(frozen=True)
class Verdict:
    """A claim with the value computed for it."""

    claim: Claim
    computed: float

    @property
    def holds(self):
        """Whether the computed value is within the claim's tolerance."""
        return abs(self.computed - self.claim.printed) <= self.claim.tolerance

    @property
    def expected(self):
        """Whether it holds, or differs as the claim says it does."""
        return self.holds != bool(self.claim.differs)

    @property
    def outcome(self):
        """One of the words that a reader finds in the tables."""
        if not self.expected:
            return NOT_AS_STATED
        if self.claim.differs:
            return DIFFERS
        return CORRECTED if self.claim.erratum else REPRODUCED


class Verdicts(tuple):
    """Verdicts that print as a table, in a terminal and in a notebook."""

    header = ("paper", "what", "printed", "tolerance", "computed", "verdict")

    def rows(self):
        """Return the cells of the table as strings, one tuple a verdict."""
        for verdict in self:
            it = verdict.claim
            yield (
                it.where,
                it.says + "".join(f" ({remark})" for remark in (it.note, it.differs) if remark),
                f"{it.printed:g}",
                f"{it.tolerance:g}",
                f"{verdict.computed:.5g}",
                verdict.outcome,
            )

    def __str__(self):
        table = [self.header, *self.rows()]
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        return "\n".join(
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in table
        )

    __repr__ = __str__

    def _repr_html_(self):
        def row(cells, tag):
            return "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells) + "</tr>"

        rows = "".join([row(self.header, "th"), *(row(cells, "td") for cells in self.rows())])
        return f'<table class="table">{rows}</table>'


def judge(claim):
    """Compute a claim, and a point of the recording that it is read from, if it is."""
    if claim.recomputes:
        claim.recomputes()
    return Verdict(claim, float(claim.compute()))


class Claims(list):
    """The claims of one paper, in the order of its tables."""

    def of(self, chapter):
        """Return the decorator that registers a function as a claim of a chapter.

        Parameters
        ----------
        chapter : str
            Name of the notebook that checks it.

        Returns
        -------
        callable
            Takes the fields of `Claim`, the functions in ``rests_on`` separated by spaces.
        """

        def claim(where, says, *, printed, tolerance, rests_on, **remarks):
            def register(compute):
                fixed = chapter, where, says, printed, tolerance, compute, (*rests_on.split(),)
                self.append(Claim(*fixed, **remarks))
                return compute

            return register

        return claim

    def check(self, chapter):
        """Judge the claims of a chapter; an AssertionError says which do not come out as stated."""
        verdicts = Verdicts(judge(it) for it in self if it.chapter == chapter)
        if not verdicts:
            known = ", ".join(sorted({it.chapter for it in self}))
            raise ValueError(f"Argument chapter must be one of {known}, but chapter = {chapter!r}")
        assert all(it.expected for it in verdicts), f"The paper is not reproduced:\n{verdicts}"
        return verdicts
