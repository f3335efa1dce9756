"""How handed-in sets are collected and graded: plugins of nbgrader, named in nbgrader_config.py.

`Collect` says how many there are. `Restore` gives the cells back what nbgrader knows them by. `Grade` runs the answers in one kernel
and the tests in another, which asks the first for numbers and gets numbers only (`Answers`): what
an answer does to its kernel reaches no test. In the kernel of the answers ``lmgcav`` raises, and
neither its files nor the course can be opened. This stops tricks, not an attack on the account:
what runs here has the rights of who grades.
"""

import ast
import atexit
import csv
import itertools
import secrets
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.plugins.zipcollect import FileNameCollectorPlugin
from nbgrader.preprocessors import Execute, NbGraderPreprocessor
from nbgrader.utils import has_failed, is_grade

COURSE = Path(__file__).resolve().parent
SPOILED = {
    "KernelEnded": "ended the kernel, so that nothing below it could run",
    "CellTimeoutError": "took longer than the limit and was stopped",
    "KeyboardInterrupt": "took longer than the limit and was stopped",
}


# --- Files that come back


class Collect(FileNameCollectorPlugin):
    """Find a student in the name of a file; say in the end how many there were."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.students = set()
        atexit.register(self.count)

    def collect(self, submitted_file):
        """Return the student and the set that a file belongs to, or nothing."""
        found = super().collect(submitted_file)
        if found:
            self.students.add(found["student_id"])
        return found

    def count(self):
        """Print the number to compare."""
        print(
            f"Collected from {len(self.students)} students. Is this your list?"
        )


# --- The master


def master_cells(name):
    """Return the cells of a master that nbgrader knows, by their ids, in their order."""
    master = nbformat.read(
        COURSE / "source" / name / f"{name}.ipynb", as_version=4
    )
    known = (cell for cell in master.cells if "nbgrader" in cell.metadata)
    return {cell.metadata.nbgrader.grade_id: cell for cell in known}


def functions(cell):
    """Return the names of the functions that a code cell of the master asks for."""
    if cell.cell_type != "code" or not cell.metadata.nbgrader.solution:
        return []
    return [
        it.name
        for it in ast.parse(cell.source).body
        if isinstance(it, ast.FunctionDef)
    ]


def earlier_solutions(cells, test):
    """Return the solutions of the questions before the one that a test belongs to."""
    before = itertools.takewhile(lambda grade_id: grade_id != test, cells)
    return [
        cells[grade_id].source
        for grade_id in before
        if functions(cells[grade_id])
    ][:-1]


# --- Notes on a submission


def note(log, resources, nb, text):
    """Say what went wrong in the log, on the student's page and in remarks.csv."""
    where = resources["nbgrader"]
    log.warning("%s of %s: %s", where["assignment"], where["student"], text)
    nb.cells.insert(0, new_markdown_cell(f"**Note of the grading.** {text}"))
    with (COURSE / "remarks.csv").open("a", newline="") as file:
        csv.writer(file).writerow(
            [where["assignment"], where["student"], text]
        )


def forget_notes(resources):
    """Drop the remarks of an earlier grading of the same submission."""
    path, where = COURSE / "remarks.csv", resources["nbgrader"]
    rows = list(csv.reader(path.open(newline=""))) if path.exists() else []
    with path.open("w", newline="") as file:
        kept = [
            row
            for row in rows
            if row[:2] != [where["assignment"], where["student"]]
        ]
        csv.writer(file).writerows(kept)


# --- The cells of a submission


class Restore(NbGraderPreprocessor):
    """Mark the cells of the master in a submission as such, and put back those that are gone."""

    def preprocess(self, nb, resources):
        """Do it; nbgrader's `OverwriteCells` then restores the text of locked cells."""
        forget_notes(resources)
        nb = nbformat.v4.upgrade(nb, nb.nbformat, nb.nbformat_minor)
        cells = master_cells(resources["nbgrader"]["assignment"])
        found = {}
        for cell in nb.cells:
            name = cell.metadata.pop("nbgrader", {}).get("grade_id")
            if name in cells:
                found[name] = cell
        lost = [name for name in cells if name not in found]
        for name in lost:
            unmarked = (
                cell
                for cell in nb.cells
                if not any(cell is it for it in found.values())
            )
            match = next(
                (cell for cell in unmarked if alike(cell, cells[name])), None
            )
            if match is not None:
                found[name] = match
        gone = [name for name in cells if name not in found]
        for name, cell in found.items():
            cell.metadata["nbgrader"] = dict(cells[name].metadata.nbgrader)
        for name in gone:
            put_back(nb, list(cells), cells[name])
        if lost:
            text = f"These cells had lost their marks: {', '.join(lost)}."
            if gone:
                text += f" Of these were not found at all: {', '.join(gone)}."
            note(self.log, resources, nb, text)
        return nb, resources


def alike(cell, wanted):
    """Whether a cell without marks is the one of the master."""
    if cell.cell_type != wanted.cell_type:
        return False
    names = functions(wanted)
    defines = names and all(
        f"\ndef {name}(" in f"\n{cell.source}" for name in names
    )
    return (
        cell.get("id") == wanted.id
        or cell.source == wanted.source
        or bool(defines)
    )


def put_back(nb, order, wanted):
    """Insert a cell of the master after those before it; answers cannot be put back."""
    marks = wanted.metadata.nbgrader
    if marks.solution and not marks.grade:
        return
    before = order[: order.index(marks.grade_id)]
    names = [
        cell.metadata.get("nbgrader", {}).get("grade_id") for cell in nb.cells
    ]
    place = max(
        (i for i, name in enumerate(names) if name in before),
        default=len(names) - 1,
    )
    cell = nbformat.from_dict(wanted)
    if marks.solution:
        cell.source = (
            "This answer was not found: look for it in what was handed in."
        )
    nb.cells.insert(place + 1, cell)


# --- The two kernels


class Grade(Execute):
    """Run the tests in the kernel of the notebook and all else in another, through `Answers`."""

    def preprocess(self, nb, resources, km=None):
        """Run all cells; say with which seed, and what was spoiled."""
        self.cells = master_cells(resources["nbgrader"]["assignment"])
        seed = course_seed()
        start = (
            "import os, sys, warnings\n"
            "warnings.simplefilter('ignore')\n"  # nbgrader takes a warning for an error
            f"os.environ['LMGCAV_SEED'] = '{seed}'\n"
            f"sys.path.insert(0, {str(COURSE)!r})\n"
            "from kernels import Answers as _Answers\n"
            f"_answers = _Answers({[it for cell in self.cells.values() for it in functions(cell)]})"
        )
        nb.cells.insert(0, new_code_cell(start))
        nb, resources = super().preprocess(nb, resources, km)
        nb.cells[0] = new_markdown_cell(
            f"Graded with the parameters of seed {seed}."
        )
        for text in list(spoiled(nb)):
            note(self.log, resources, nb, text)
        return nb, resources

    def preprocess_cell(self, cell, resources, index):
        """Run one cell where it belongs; a test that fails gets the earlier results lent."""
        if cell.cell_type != "code" or index == 0:
            return super().preprocess_cell(cell, resources, index)
        if is_grade(cell):
            return self.test(cell, resources, index)
        source = cell.source
        if cell.metadata.get("nbgrader", {}).get(
            "locked"
        ):  # imports: for the tests, too
            super().preprocess_cell(cell, resources, index)
        cell.source = f"_answers.run({source!r})"
        super().preprocess_cell(cell, resources, index)
        cell.source = source
        return cell, resources

    def test(self, cell, resources, index):
        """Run a test; if it fails, once more with right results of the questions before."""
        super().preprocess_cell(cell, resources, index)
        lent = earlier_solutions(self.cells, cell.metadata.nbgrader.grade_id)
        if (
            has_failed(cell)
            and lent
            and not names_of_errors(cell) & set(SPOILED)
        ):
            first = cell.outputs
            self.aside(f"_answers.lend({lent!r})", resources, index)
            super().preprocess_cell(cell, resources, index)
            self.aside("_answers.take_back()", resources, index)
            self.nb.cells[index] = cell
            if has_failed(cell):
                cell.outputs = first
        return cell, resources

    def aside(self, source, resources, index):
        """Run what is no cell of the notebook."""
        super().preprocess_cell(new_code_cell(source), resources, index)


def course_seed():
    """Return the seed of the parameters, drawn when the course is graded for the first time."""
    path = COURSE / "seed"
    if not path.exists():
        path.write_text(str(secrets.randbits(32)))
    return int(path.read_text())


def names_of_errors(cell):
    """Return the kinds of errors that a cell has ended with."""
    return {
        it.ename for it in cell.get("outputs", []) if it.output_type == "error"
    }


def spoiled(nb):
    """Say which cells a limit or the end of a kernel has spoiled."""
    for cell in nb.cells:
        kinds = sorted(names_of_errors(cell) & set(SPOILED))
        if kinds:
            name = cell.metadata.get("nbgrader", {}).get("grade_id")
            which = name or f"that begins with `{cell.source.splitlines()[0]}`"
            yield f"The cell {which} {SPOILED[kinds[0]]}."
        if "KernelEnded" in kinds:
            return
