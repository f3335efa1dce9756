"""What nbgrader makes of the problem sets: student versions, points, and feedback on slips."""

import html
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple

import pytest
from nbgrader.api import Gradebook

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "coursework" / "source"
SETS = sorted(path.name for path in SOURCE.iterdir())


class Slip(NamedTuple):
    """A typical wrong answer: what is written instead, what it costs, what the feedback says."""

    cell: str
    right: str
    wrong: str
    lost: set
    message: str


SLIPS = {
    "1_steady_state": {
        "no-half": Slip(
            "liouvillian",
            "np.kron(one, (Jp @ Jm).T)) / 2",
            "np.kron(one, (Jp @ Jm).T))",
            {
                "liouvillian-trace",
                "liouvillian-decay",
                "liouvillian-whole",
                "null-state-right",
            },
            "the trace is not conserved: the ½ of the anticommutator is missing",
        ),
        "not-normalised": Slip(
            "null-state",
            "return rho / np.trace(rho)",
            "return rho",
            {"null-state-physical"},
            "ρ is not normalised: its trace is",
        ),
        "decibels": Slip(
            "xi2",
            "return N * smallest / (mean @ mean)",
            "return 10 * np.log10(N * smallest / (mean @ mean))",
            {"xi2-coherent", "xi2-squeezed"},
            "this is ξ² in decibels",
        ),
    },
    "2_mean_field": {
        "sign": Slip(
            "velocity",
            "x, y, z = s",
            "x, y, z = s; drive = -drive",
            {"velocity-drive", "velocity-twist", "fixed-points-rest", "oscillates-many"},
            "the drive turns the wrong way",
        ),
        "sink-alone": Slip(
            "fixed-points",
            "found += [[a.real, a.imag, -z], [a.real, a.imag, z]]",
            "found += [[a.real, a.imag, -z]]",
            {"fixed-points-number"},
            "s_z = +√… is a fixed point, too",
        ),
        "even-in-theta": Slip(
            "basins",
            "heights = (np.arange(20) + 0.5) / 10 - 1",
            "heights = np.cos((np.arange(20) + 0.5) * np.pi / 20)",
            {"basins-fraction"},
            "spread evenly in θ, not over the area",
        ),
    },
    "3_spectrum": {
        "no-root": Slip(
            "liouvillian",
            "np.sqrt(Gamma) * Jm",
            "Gamma * Jm",
            {"liouvillian-decay", "liouvillian-motion"},
            "the decay is Γ times too fast: the collapse operator is √Γ J⁻",
        ),
        "no-half": Slip(
            "levels",
            "-Gamma / 2 * total",
            "-Gamma * total",
            {"levels-right", "levels-slowest"},
            "twice the decay: the ½ of the anticommutator",
        ),
        "not-subtracted": Slip(
            "late-rate",
            "np.abs(np.array(curve) - curve[-1])",
            "np.abs(np.array(curve))",
            {"late-rate-right"},
            "subtract the final value before the logarithm",
        ),
    },
}


def nbgrader(course, *command):
    """Run one command of nbgrader in the folder of a course."""
    run = subprocess.run(
        [sys.executable, "-m", "nbgrader", *command], cwd=course, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr


def submit(course, name, student, text):
    """Hand in a notebook as a student would."""
    folder = course / "submitted" / student / name
    folder.mkdir(parents=True)
    (folder / f"{name}.ipynb").write_text(text)


def with_slip(text, slip):
    """Return the notebook with one wrong answer."""
    notebook = json.loads(text)
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == slip.cell:
            source = "".join(cell["source"])
            assert source.count(slip.right) == 1
            cell["source"] = source.replace(slip.right, slip.wrong)
    return json.dumps(notebook)


def lost(submission):
    """Return the cells that cost points, without the written answers, which people grade."""
    [notebook] = submission.notebooks
    automatic = [grade for grade in notebook.grades if not grade.needs_manual_grade]
    return {grade.name for grade in automatic if grade.score < grade.max_score}


@pytest.mark.parametrize("name", SETS)  # one test a set: what costs time is the grading
def test_masters_score_full_points_empty_sheets_none_and_slips_hear_why(
    name, tmp_path, monkeypatch
):
    # nbgrader asks a tool beside it for the version of the gradebook.
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
    master = (SOURCE / name / f"{name}.ipynb").read_text()
    shutil.copytree(SOURCE / name, tmp_path / "source" / name)
    nbgrader(tmp_path, "generate_assignment", name)
    empty = (tmp_path / "release" / name / f"{name}.ipynb").read_text()
    assert "raise NotImplementedError()" in empty
    for secret in ["BEGIN SOLUTION", "HIDDEN TESTS", "Model answer"]:
        assert secret not in empty

    submit(tmp_path, name, "master", master)
    submit(tmp_path, name, "nobody", empty)
    for student, slip in SLIPS[name].items():
        submit(tmp_path, name, student, with_slip(master, slip))
    nbgrader(tmp_path, "autograde", name, "--create")
    nbgrader(tmp_path, "generate_feedback", name)

    with Gradebook(f"sqlite:///{tmp_path / 'gradebook.db'}") as gradebook:
        nobody = gradebook.find_submission(name, "nobody")
        assert nobody.score == 0
        assert not nobody.needs_manual_grade

        best = gradebook.find_submission(name, "master")
        assert lost(best) == set()
        written = gradebook.find_grade("why", name, name, "master")
        assert written.needs_manual_grade
        written.manual_score = written.max_score
        gradebook.db.commit()
        assert best.score == best.max_score

        for student, slip in SLIPS[name].items():
            assert lost(gradebook.find_submission(name, student)) == slip.lost
            feedback = tmp_path / "feedback" / student / name / f"{name}.html"
            said = html.unescape(feedback.read_text())
            assert f"AssertionError</span>: {slip.message}" in said


def test_the_built_pages_offer_the_students_versions(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "book" / "site")
    from coursework import write_student_versions

    write_student_versions(SimpleNamespace(srcdir=ROOT, outdir=tmp_path), None)
    page = (ROOT / "book" / "instructors.md").read_text()
    for name in SETS:
        path = f"coursework/{name}/{name}.ipynb"
        assert f'href="../{path}"' in page
        assert "SOLUTION" not in (tmp_path / path).read_text()
