"""The paper map leaves nothing out and leads nowhere into the void; so do the errata."""

import ast
import json
import re
from dataclasses import replace
from operator import attrgetter
from pathlib import Path

import pytest

import lmgcav.cavity
import lmgcav.multipoles
from lmgcav.companion.claims import CLAIMS
from lmgcav.companion.paper import EQUATIONS, FIGURES, PARAMETERS
from lmgcav.companion.paper_map import Entry, PaperMap, Table, in_print, plain
from lmgcav.companion.registry import Claim

ROOT = Path(__file__).parent.parent
paper_map = PaperMap(lmgcav, CLAIMS, EQUATIONS, FIGURES, PARAMETERS)
CELLS = {
    path.stem: json.loads(path.read_text())["cells"] for path in ROOT.glob("book/[0-9]*.ipynb")
}
SOURCE = {
    name: "\n".join("".join(cell["source"]) for cell in cells) for name, cells in CELLS.items()
}
ERRATA = (ROOT / "book/errata.md").read_text()
ENTRIES = re.split(r"^\((erratum-[\w-]+)\)=$", ERRATA, flags=re.M)[1:]
ENTRIES = dict(zip(ENTRIES[::2], ENTRIES[1::2], strict=True))

# The panels of each figure, as the captions and the text name them.
PANELS = {
    1: [""],
    2: ["(a)", "(b)", "(c)", "(c), inset"],
    3: ["(a)", "(b)", "(c)", ", lower"],
    4: ["(a)", "(b)"],
    5: [""],
    6: [""],
    7: [*(f", {point}" for point in "ABCDEF"), ", insets"],
    8: [", C", ", C, right inset", ", C, left inset"],
    9: [""],
    10: ["", ", α", ", β", ", γ", ", end"],
    11: ["(a)", "(b)"],
    12: ["(a)", "(a), inset", "(b)", "(b), inset"],
    13: ["(a)", "(b)"],
    14: [", left", ", right", ", insets"],
}
PANELS[8] += [", D", ", D, upper inset", ", D, lower inset"]

# Every number that the paper prints in its text and captions, by the place where it stands.
NUMBERS = {
    "Sec. I": "100",
    "Sec. II": "100 8",
    "Fig. 2": "1000 -6.4 1 -1 5 12",
    "Fig. 3": "0.45 0.96 1.79 10 1",
    "Sec. IV A": "-1",
    "Fig. 7": "1.875 1.48 1.69 1.76 2.09 2.17 3.86 1.74 2.125",
    "Sec. IV B": "400 0.005 -0.666667 -1 0.13",
    "Fig. 9": "0.13 50 400",
    "Fig. 10": "200 1.875 0.938",
    "Fig. 11": "150 1.875 200",
    "Sec. VI": "20 6",
    "Eq. (A2)": "0.75",
    "Eq. (A3)": "-0.5",
    "Eq. (A4)": "48",
    "Appendix": "0.75 4608",
    "Fig. 13": "400 200 800 -0.66",
    "Fig. 14": "400 10000",
}


def labels():
    """Anchors of the book: equations and other targets, figures."""
    found = re.findall(r"^\(([\w-]+)\)=$", "\n".join([*SOURCE.values(), ERRATA]), re.M)
    figures = [
        cell["metadata"]["mystnb"]["figure"]["name"]
        for cells in CELLS.values()
        for cell in cells
        if "figure" in cell["metadata"].get("mystnb", {})
    ]
    return {*found, *figures}


def existing_tests():
    """Names of all tests and claims."""
    trees = [ast.parse(path.read_text()) for path in ROOT.glob("tests/test_*.py")]
    names = [node.name for tree in trees for node in tree.body if hasattr(node, "name")]
    return {*names, *(it.name for it in CLAIMS)}


LABELS, TESTS = labels(), existing_tests()
each_entry = pytest.mark.parametrize("entry", EQUATIONS + FIGURES, ids=lambda it: it.where)
each_erratum = pytest.mark.parametrize("name", ENTRIES)


# --- Nothing is left out


def test_every_numbered_equation_of_the_paper_is_mapped_once():
    numbers = [*map(str, range(1, 26)), *(f"A{i}" for i in range(1, 12))]
    assert [it.where for it in EQUATIONS] == [f"Eq. ({number})" for number in numbers]


def test_the_page_has_the_table_of_every_chapter_with_claims():
    page = (ROOT / "book/paper_map.ipynb").read_text()
    shown = re.findall(r'paper_map\.numbers\(\\"(\w+)\\"\)', page)
    missing = {it.chapter for it in CLAIMS} - {*shown}
    assert not missing, f"add cells with paper_map.numbers(...) to the page for {missing}"
    assert len(shown) == len({*shown})


def test_every_panel_of_every_figure_is_mapped_once():
    panels = [f"Fig. {number}{panel}" for number in range(1, 15) for panel in PANELS[number]]
    assert [it.where for it in FIGURES] == panels


@pytest.mark.parametrize(("where", "numbers"), NUMBERS.items())
def test_every_printed_number_is_a_claim_or_a_parameter(where, numbers):
    here = re.compile(re.escape(where) + r"(?![\dVIX])( A| B| C)?")
    rows = [
        it for it in CLAIMS + PARAMETERS if here.match(it.where) or f", {where[5:]}" in it.where
    ]
    found = {f"{it.printed:g}" for it in rows if not isinstance(it.printed, str)}
    for it in rows:
        found |= set(re.findall(r"-?\d+(?:\.\d+)?", f"{it.says} {it.printed}"))
    assert set(numbers.split()) <= found


def test_every_claim_and_every_parameter_stands_on_the_page():
    page = json.loads((ROOT / "book/paper_map.ipynb").read_text())["cells"]
    shown = re.findall(r'numbers\("(\w+)"\)', "".join("".join(cell["source"]) for cell in page))
    chapters = sorted({it.chapter for it in CLAIMS + PARAMETERS})
    assert sorted(shown) == chapters, "give each chapter its heading and table in the notebook"


@pytest.mark.parametrize("it", PARAMETERS, ids=lambda it: f"{it.where}, {it.says}")
def test_the_chapter_uses_the_parameters_of_the_paper(it):
    text = SOURCE[it.chapter].replace("_", "").replace("10 000", "10000")
    for number in it.printed.split(", "):
        assert re.search(rf"(?<![\d.]){re.escape(number)}(?!\d|\.\d)", text), number


# --- Nothing leads into the void


@each_entry
def test_an_entry_leads_to_an_anchor_to_functions_and_to_tests_that_exist(entry):
    assert entry.label in LABELS
    assert entry.functions
    for name in entry.functions:
        attrgetter(name)(lmgcav)
    assert entry.evidence, "write a test for it"
    assert set(entry.evidence) <= TESTS
    assert {entry.erratum, entry.remark} - {""} <= ENTRIES.keys()


@each_entry
def test_what_is_wrong_as_printed_has_the_test_that_decides_behind_it(entry):
    if entry.erratum:
        named = re.findall(r"`(\w+)`", ENTRIES[entry.erratum].rpartition("**Test:**")[2])
        assert set(named) & set(entry.evidence)


@pytest.mark.parametrize("it", CLAIMS, ids=lambda it: it.name)
def test_a_claim_about_an_equation_or_a_figure_stands_behind_it(it):
    if it.where.startswith(("Eq.", "Fig.")):
        found = [entry for entry in EQUATIONS + FIGURES if it.name in entry.evidence]
        assert found, f"give {it.name} to its equation or panel in lmgcav/companion/paper.py"


@pytest.mark.parametrize("it", CLAIMS + PARAMETERS, ids=lambda it: f"{it.where}, {it.says}")
def test_a_number_leads_to_its_equation_figure_or_chapter_and_to_its_erratum(it):
    target = paper_map.place(it).partition("](")[2][:-1]
    assert target.removeprefix("#") in LABELS | {f"{name}.ipynb" for name in SOURCE}
    assert not it.erratum or it.erratum in ENTRIES
    assert it.erratum or not getattr(it, "differs", ""), "what differs is in the errata"


@each_erratum
def test_an_erratum_says_what_is_printed_what_is_right_and_which_test_decides(name):
    text = ENTRIES[name]
    assert re.findall(r"^- \*\*(\w+):\*\*", text, re.M) in (
        ["Printed", "Right", "Why", "Test"],
        ["Printed", "Right", "Test"],
    )
    named = re.findall(r"`(\w+)`", text.rpartition("**Test:**")[2])
    assert named
    assert set(named) <= TESTS
    targets = re.findall(r"\]\(#?([\w.-]+)\)", text)
    assert targets
    assert set(targets) <= LABELS | {f"{chapter}.ipynb" for chapter in SOURCE}


@each_erratum
def test_an_equation_with_an_erratum_is_marked_in_the_map(name):
    numbers = re.search(r"^### .*?Eqs?\. (\(A?\d+\))(?: and (\(A?\d+\)))?:", ENTRIES[name], re.M)
    for number in filter(None, numbers.groups() if numbers else []):
        entry = next(it for it in EQUATIONS if it.where == f"Eq. {number}")
        assert entry.erratum or entry.remark, f"give {entry.where} its erratum or remark in paper"


# --- The tables


def test_cells_keep_their_text_whatever_is_in_it():
    text = "|<J_z>| > 1e-3 * `a` [b] $c$, -1 - x_ab"
    right = r"\|⟨J<sub>z</sub>⟩\| \> 1e-3 \* \`a\` \[b\] \$c\$, −1 − x<sub>ab</sub>"
    assert plain(text) == right
    assert [in_print(x) for x in (-6.4, 1e-5, -2.5e-6)] == [
        "−6.4",
        "10<sup>−5</sup>",
        "−2.5·10<sup>−6</sup>",
    ]
    row = Table("numbers", ["a", "b"], [[plain(text), "c"]])._repr_markdown_().splitlines()[5]
    assert len(re.findall(r"(?<!\\)\|", row)) == 3


def stated(it):
    """A claim that comes out as it says, in no time: that each does is tested with the claims."""

    def compute():
        return it.printed + bool(it.differs) * (it.tolerance + 1)

    compute.__name__ = it.name
    return replace(it, compute=compute, recomputes=None)


as_stated = replace(paper_map, claims=list(map(stated, CLAIMS)))


def test_tables_of_equations_and_figures_have_a_row_each():
    for table, entries in [(as_stated.equations(), EQUATIONS), (as_stated.figures(), FIGURES)]:
        assert len(table.lines) == len(entries) + 2
        assert all(len(cells) == 3 for cells in table.lines)


def test_numbers_are_computed_and_judged_and_counted():
    chosen = [it for it in CLAIMS if it.name == "best_squeezing_of_a_thousand_atoms"]
    small = replace(paper_map, claims=chosen)
    row = small.numbers("03_steady_state").lines[2]
    assert row[0] == "[Fig. 2](#fig-2a)"
    assert row[2:] == [
        "−6.4 ± 0.05",
        "−6.3642",
        "[reproduced with a correction](#erratum-fig-2)",
    ]
    assert small.summary().lines[-1] == ["numbers", "0", "1", "0", str(len(PARAMETERS))]


# --- The outcome of an entry follows


def claim(name, computed, **remarks):
    def compute():
        return computed

    compute.__name__ = name
    return Claim("chapter", "Sec. 0", "nothing", 1.0, 0.1, compute, ("f",), **remarks)


CASES = [  # claims behind it, errata; outcome, and in the order of the links what they lead to
    ([], {}, "reproduced", []),
    (["right"], {}, "reproduced", []),
    (["right"], {"remark": "beside"}, "reproduced", ["beside"]),
    ([], {"erratum": "misprint"}, "reproduced with a correction", ["misprint"]),
    (["right", "mended"], {}, "reproduced with a correction", ["slip"]),
    (["other", "mended"], {"erratum": "misprint"}, "differs", ["reason", "misprint"]),
    (["wrong", "other"], {}, "NOT AS STATED", []),
]


@pytest.mark.parametrize(("evidence", "errata", "outcome", "links"), CASES)
def test_the_outcome_of_an_entry_is_the_worst_of_what_stands_behind_it(
    evidence, errata, outcome, links
):
    claims = [
        claim("right", 1.0),
        claim("mended", 1.0, erratum="slip"),
        claim("other", 2.0, differs="because", erratum="reason"),
        claim("wrong", 2.0),
    ]
    entry = Entry("Eq. (0)", "nothing", "eq-0", ("f",), ("test_it", *evidence), **errata)
    found = PaperMap(pytest, claims, [entry], [], [])
    assert found.outcome(entry) == outcome
    assert re.findall(r"\(#(\w+)\)", found.verdict(entry)) == links
    assert outcome in found.verdict(entry)


@pytest.mark.parametrize("it", [it for it in CLAIMS if it.differs], ids=lambda it: it.name)
def test_what_a_differing_claim_is_about_differs(it):
    about = [entry for entry in EQUATIONS + FIGURES if it.name in entry.evidence]
    assert {as_stated.outcome(entry) for entry in about} <= {"differs"}


RIGHT_AS_PRINTED = ["12", "13", "15", "17", "A5", "A7", "A10"]


@pytest.mark.parametrize("number", RIGHT_AS_PRINTED)
def test_an_equation_that_is_right_as_printed_keeps_the_remark_on_the_text_beside_it(number):
    entry = next(it for it in EQUATIONS if it.where == f"Eq. ({number})")
    assert as_stated.outcome(entry) == "reproduced"
    assert f"[remark](#{entry.remark})" in as_stated.verdict(entry)
    assert entry.remark in ENTRIES
