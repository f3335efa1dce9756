"""Where each equation, figure and number of a paper lives: its code, its tests, its value.

This module knows neither the paper nor its physics. A paper gives its entries, parameters and
claims to a `PaperMap`, and the outcome of each entry follows from what stands behind it.
"""

import re
from dataclasses import dataclass
from functools import cache
from operator import attrgetter
from types import ModuleType

from .registry import CORRECTED, DIFFERS, NOT_AS_STATED, REPRODUCED, Claims, judge

judged = cache(judge)  # the tables share the values


@dataclass(frozen=True)
class Entry:
    """An equation or a panel of a figure, and what stands behind it.

    Attributes
    ----------
    where : str
        Its name in the paper: "Eq. (6)", "Fig. 2(c), inset".
    says : str
        What it is, in a few words.
    label : str
        Anchor in the book.
    functions : tuple of str
        What computes it, as found in the package.
    evidence : tuple of str
        Names of the tests, and of the claims, that fail if it is wrong.
    erratum : str
        Label of the entry in the errata, where it is wrong as printed.
    remark : str
        Label of one about the text beside it, where it is right itself.
    """

    where: str
    says: str
    label: str
    functions: tuple[str, ...]
    evidence: tuple[str, ...] = ()
    erratum: str = ""
    remark: str = ""


@dataclass(frozen=True)
class Parameter:
    """A number that the paper chooses and does not derive."""

    chapter: str
    where: str
    says: str
    printed: str
    erratum: str = ""


@dataclass(frozen=True)
class PaperMap:
    """Tables of a paper for a page of its book.

    Attributes
    ----------
    package : module
        Where the functions are found, and linked.
    claims : Claims
        Of which an entry names those that stand behind it.
    numbered, panels : list of Entry
        Equations, and figures with their panels.
    parameters : list of Parameter
    """

    package: ModuleType
    claims: Claims
    numbered: list[Entry]
    panels: list[Entry]
    parameters: list[Parameter]

    def summary(self):
        """Table of how many equations, panels and numbers have which outcome."""
        outcomes = {
            "numbered equations": [self.outcome(it) for it in self.numbered],
            "figures and panels": [self.outcome(it) for it in self.panels],
            "numbers": [judged(it).outcome for it in self.claims]
            + ["parameter"] * len(self.parameters),
        }
        words = [REPRODUCED, CORRECTED, DIFFERS, "parameter"]
        rows = [[kind, *(str(all_.count(it)) for it in words)] for kind, all_ in outcomes.items()]
        return Table("summary", ["of the", *words], rows)

    def equations(self):
        """Table of the numbered equations."""
        return self.table_of(self.numbered)

    def figures(self):
        """Table of the figures and their panels."""
        return self.table_of(self.panels)

    def numbers(self, chapter):
        """Table of the numbers of a chapter, computed, and of the parameters that it takes over."""
        header = ["paper", "what, computed by", "printed", "computed", "verdict"]
        rows = [self.claim_row(it) for it in self.claims if it.chapter == chapter]
        rows += [self.parameter_row(it) for it in self.parameters if it.chapter == chapter]
        return Table("numbers", header, rows)

    def behind(self, entry):
        """Claims that stand behind an entry."""
        return [it for it in self.claims if it.name in entry.evidence]

    def outcome(self, entry):
        """Say the worst that its claims say, or that it is right once what is printed is mended."""
        found = {judged(it).outcome for it in self.behind(entry)} - {REPRODUCED}
        if entry.erratum:
            found.add(CORRECTED)
        return min(found, key=[NOT_AS_STATED, DIFFERS, CORRECTED].index, default=REPRODUCED)

    def verdict(self, entry):
        """Outcome of an entry, linked with the errata, and what else they say about it."""
        outcome = self.outcome(entry)
        claims = [it.erratum for it in self.behind(entry) if judged(it).outcome == outcome]
        why, *others = dict.fromkeys(filter(None, [*claims, entry.erratum])) or [""]
        remarks = [f"[remark](#{label})" for label in [*others, entry.remark] if label]
        return " <br>".join([verdict_link(outcome, why), *remarks])

    def place(self, it):
        """Link from a claim or a parameter to its equation or figure, else to its chapter."""
        entries = self.numbered + self.panels
        about = [entry for entry in entries if getattr(it, "name", "") in entry.evidence]
        same = re.compile(re.escape(it.where) + r"(?!\w)")
        about += [entry for entry in entries if same.match(entry.where)]
        return f"[{it.where}]({f'#{about[0].label}' if about else f'{it.chapter}.ipynb'})"

    def explained(self, says, functions, *tests):
        """Text of a row, below it links to the reference, and folded away the names of tests."""
        links = ", ".join(map(self.linked, functions))
        return " <br>".join(filter(None, [plain(says), links])) + folded(tests)

    def linked(self, name):
        """Link to a function in the reference; one written for a claim has only its name."""
        try:
            attrgetter(name)(self.package)
        except AttributeError:
            return f"`{name}`"
        return f"[`{name.rpartition('.')[2]}`](#{self.package.__name__}.{name})"

    def table_of(self, entries):
        """Table of equations or figures."""
        header = ["paper", "what, computed and tested by", "verdict"]
        return Table("entries", header, [self.entry_row(it) for it in entries])

    def entry_row(self, it):
        """Cells of the row of an equation or panel."""
        text = self.explained(it.says, it.functions, *it.evidence)
        return [f"[{it.where}](#{it.label})", text, self.verdict(it)]

    def claim_row(self, claim):
        """Cells of the row of a claim."""
        verdict = judged(claim)
        remarks = "".join(f" ({remark})" for remark in (claim.note, claim.differs) if remark)
        return [
            self.place(claim),
            self.explained(claim.says + remarks, claim.rests_on, claim.name),
            f"{in_print(claim.printed)} ± {in_print(claim.tolerance)}".removesuffix(" ± 0"),
            in_print(verdict.computed, 5),
            verdict_link(verdict.outcome, claim.erratum),
        ]

    def parameter_row(self, it):
        """Cells of the row of a parameter."""
        about = [plain(it.says), plain(it.printed), "–"]
        return [self.place(it), *about, verdict_link("parameter", it.erratum)]


class Table:
    """Markdown table with a name and a class for its style; cells are Markdown."""

    def __init__(self, kind, header, rows):
        self.kind, self.lines = kind, [header, ["---"] * len(header), *rows]

    def _repr_markdown_(self):
        lines = "\n".join(f"| {' | '.join(cells)} |" for cells in self.lines)
        return f":::{{table}}\n:class: paper-map {self.kind}\n\n{lines}\n:::"


def folded(names):
    """Names of tests, which a click on their number shows."""
    if not names:
        return ""
    count = "1 test" if len(names) == 1 else f"{len(names)} tests"
    shown = " <br>".join(f"`{name}`" for name in names)
    return f" <details><summary>{count}</summary>{shown}</details>"


def plain(text):
    """Escape what Markdown would take for markup; set minus signs, ⟨ ⟩ and indices as in print."""
    text = re.sub(r"(?<!\w)-", "−", re.sub(r"<(\S+?)>", r"⟨\1⟩", text))
    text = re.sub(r"([\\`*_<>\[\]|$~])", r"\\\1", text)
    return re.sub(r"(?<=\w)\\_(\w+)", r"<sub>\1</sub>", text)


def in_print(value, digits=6):
    """Set a number as in print: −6.4, 10⁻⁵."""
    text, _, power = f"{value:.{digits}g}".partition("e")
    if power:
        text = f"{text}·10<sup>{int(power)}</sup>".removeprefix("1·")
    return text.replace("-", "−")


def verdict_link(outcome, erratum):
    """Verdict of a row, linked with the errata where there is something to say."""
    return f"[{outcome}](#{erratum})" if erratum else outcome
