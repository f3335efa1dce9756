"""What nbgrader makes of the problem sets: student versions, points, and feedback on slips."""

import csv
import html
import importlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np
import pandas
import pytest
import qutip
from nbgrader.api import Gradebook
from scipy import sparse

from lmgcav.companion.coursework import compare, draws, number, numbers

ROOT = Path(__file__).parent.parent
COURSE = ROOT / "coursework"
SOURCE = COURSE / "source"
SETS = sorted(path.name for path in SOURCE.iterdir())


class Slip(NamedTuple):
    """A typical wrong answer: what is written instead, what it costs, what the feedback says."""

    cell: str
    right: str
    wrong: str
    lost: set
    message: str


# One slip costs once: the questions after it are tested with right results of those before.
SLIPS = {
    "1_steady_state": [
        Slip(
            "liouvillian",
            "np.kron(one, (Jp @ Jm).T)) / 2",
            "np.kron(one, (Jp @ Jm).T))",
            {"liouvillian-trace", "liouvillian-decay", "liouvillian-whole"},
            "the trace is not conserved: the ½ of the anticommutator is missing",
        ),
        Slip(
            "null-state",
            "return rho / np.trace(rho)",
            "return rho",
            {"null-state-physical"},
            "ρ is not normalised: its trace is",
        ),
        Slip(
            "product-state",
            "np.conj(alpha)",
            "alpha",
            {"product-state-right"},
            "this is ρ*: α where α* belongs",
        ),
        Slip(
            "xi2",
            "return N * smallest / (mean @ mean)",
            "return 10 * np.log10(N * smallest / (mean @ mean))",
            {"xi2-coherent", "xi2-squeezed"},
            "this is ξ² in decibels",
        ),
        Slip(
            "large-xi2",
            "np.exp(log_t - log_t.max())",
            "np.exp(log_t)",
            {"large-xi2-large"},
            "large_xi2: some numbers are not finite: an overflow?",
        ),
        Slip(
            "best",
            "return np.polyfit(np.log(sizes), np.log(smallest), 1)[0]",
            "return -0.3",
            {"best-power"},
            "-0.300 is not the slope",
        ),
    ],
    "2_mean_field": [
        Slip(
            "velocity",
            "x, y, z = s",
            "x, y, z = s; drive = -drive",
            {"velocity-drive", "velocity-twist"},
            "the drive turns the wrong way",
        ),
        Slip(
            "invariant",
            "np.angle(arm) + twist",
            "np.angle(arm) - twist",
            {"invariant-constant"},
            "it changes by",
        ),
        Slip(
            "fixed-points",
            "found += [[a.real, a.imag, -z], [a.real, a.imag, z]]",
            "found += [[a.real, a.imag, -z]]",
            {"fixed-points-number"},
            "at the drive",
        ),
        Slip(
            "growth",
            "return np.linalg.eigvals(plane @ jacobian @ plane.T)",
            "return np.linalg.eigvals(jacobian)",
            {"growth-right"},
            "three: leave the radial direction out",
        ),
        Slip(
            "critical",
            "low, high = 1.0, np.hypot(1, twist)",
            "return 1.7397",  # right at the twist of the book
            {"critical-drive"},
            "1.7397 is not the border",
        ),
        Slip(
            "basins",
            "heights = (np.arange(50) + 0.5) / 25 - 1",
            "heights = np.cos((np.arange(50) + 0.5) * np.pi / 50)",
            {"basins-fraction"},
            "spread evenly in θ, not over the area",
        ),
    ],
    "3_spectrum": [
        Slip(
            "levels",
            "-Gamma / 2 * total",
            "-Gamma * total",
            {"levels-right", "levels-slowest"},
            "twice the decay: the ½ of the anticommutator",
        ),
        Slip(
            "liouvillian",
            "np.sqrt(Gamma) * Jm",
            "Gamma * Jm",
            {"liouvillian-decay", "liouvillian-motion"},
            "Γ times too fast: the collapse operator is √Γ J⁻",
        ),
        Slip(
            "gap",
            "return rates[1]",
            "return rates[0]",
            {"gap-right"},
            "0 is the steady state: take the next one",
        ),
        Slip(
            "gap-powers",
            "return np.polyfit(np.log(sizes), np.log(rates), 1)[0]",
            "return 0.97 if drive < 1 else 0.0",
            {"gap-growth"},
            "Use logs",
        ),
        Slip(
            "late-rate",
            "np.abs(np.array(curve) - curve[-1])",
            "np.abs(np.array(curve))",
            {"late-rate-right"},
            "subtract the final value before the logarithm",
        ),
        Slip(
            "power",
            "return np.polyfit(np.log(sizes), np.log(times), 1)[0]",
            "return -2 / 3",
            {"power-right"},
            "-2/3 is the law for N → ∞",
        ),
    ],
}

# Right answers on other ways, in other forms and conventions.
OTHERWISE = {
    "1_steady_state": {
        "lowering": """
import qutip

def lowering(N):
    return qutip.jmat(N / 2, "-")
""",
        "liouvillian": """
from scipy import sparse

def liouvillian(N, chi, Omega, Gamma):
    down = np.sqrt(np.arange(N, 0, -1) * np.arange(1, N + 1))
    Jm = sparse.diags_array(down, offsets=-1)
    Jp, one = Jm.T, sparse.eye_array(N + 1)
    effective = -1j * (chi * Jp @ Jm + Omega / 2 * (Jp + Jm)) - Gamma / 2 * Jp @ Jm
    both = sparse.kron(effective, one) + sparse.kron(one, effective.conj())
    return both + Gamma * sparse.kron(Jm, Jm)
""",
        "null-state": """
def null_state(L):
    size = round(np.sqrt(len(L)))
    rows = np.vstack([L, np.eye(size).reshape(-1)])
    vector = np.linalg.lstsq(rows, np.append(np.zeros(len(L)), 1), rcond=None)[0]
    return vector.reshape(size, size).tolist()
""",
        "product-state": """
import qutip

def product_state(N, chi, Omega, Gamma):
    alpha = 1j * Omega / (Gamma - 2j * chi)
    A = (qutip.jmat(N / 2, "-") - np.conj(alpha)).inv()
    return (A * A.dag()).unit()
""",
        "xi2": """
def xi2(rho):
    rho = np.asarray(rho)
    N = len(rho) - 1
    up = np.diag(np.sqrt(np.arange(N, 0, -1) * np.arange(1, N + 1)), 1)
    J = np.array([(up + up.T) / 2, (up - up.T) / 2j, np.diag(N / 2 - np.arange(N + 1))])
    mean = np.einsum("kij,ji->k", J, rho).real
    C = np.einsum("kij,ljm,mi->kl", J, J, rho).real
    C = (C + C.T) / 2 - np.outer(mean, mean)
    P = np.eye(3) - np.outer(mean, mean) / (mean @ mean)
    C = P @ C @ P
    trace, minors = np.trace(C), (np.trace(C) ** 2 - np.trace(C @ C)) / 2
    return np.array([N * (trace / 2 - np.sqrt(max(trace**2 / 4 - minors, 0))) / (mean @ mean) + 0j])
""",
        "large-xi2": """
from scipy.special import gammaln

def large_xi2(N, ratio):
    alpha, n = ratio * N / 2, np.arange(N + 1.0)
    log_t = gammaln(N + n + 2) - gammaln(N - n + 1) + 2 * gammaln(n + 1) - gammaln(2 * n + 2)
    log_t = log_t - 2 * n * np.log(alpha)
    p = np.exp(log_t - np.logaddexp.reduce(log_t))
    jz, jx = -(n @ p) / 2, alpha * (1 - p[0])
    return N * (alpha**2 * p[1] - jz) / 2 / (jx**2 + jz**2)
""",
        "best": """
def best(N):
    low, high = 0.8, 0.99999
    while high - low > 1e-6:
        grid = np.linspace(low, high, 9)
        at = int(np.argmin([large_xi2(N, ratio) for ratio in grid]))
        low, high = grid[max(at - 1, 0)], grid[min(at + 1, 8)]
    return [low, large_xi2(N, low)]

def power(sizes):
    x, y = np.log10(sizes), np.log10([best(N)[1] for N in sizes])
    return np.cov(x, y)[0, 1] / np.var(x, ddof=1)
""",
    },
    "2_mean_field": {
        "velocity": """
print("x" * 5_000_000)

def velocity(s, drive, twist):
    x, y, z = s
    return [z * (x + twist * y), z * (y - twist * x - drive), drive * y - (1 - z * z)]
""",
        "invariant": """
import cmath, math

def invariant(s, drive, twist):
    arm = complex(s[0], s[1]) - drive / (-twist - 1j)
    return -cmath.phase(arm) - twist * math.log(abs(arm)) + 0.4
""",
        "fixed-points": """
def fixed_points(drive, twist):
    found = []
    x, y = -twist * drive / (1 + twist**2), drive / (1 + twist**2)
    if x * x + y * y < 1:
        z = (1 - x * x - y * y) ** 0.5
        found += [(x, y, z), (x, y, -z)] * 2
    if drive > 1:
        found += [((1 - drive**-2) ** 0.5 * sign, 1 / drive, 0) for sign in (1, -1, 1)]
    return found
""",
        "growth": """
def growth(point, drive, twist):
    point = np.asarray(point)
    across = np.linalg.svd(point[None])[2][1:]

    def rate(s):
        return np.array(velocity(s / np.linalg.norm(s), drive, twist))

    h = 1e-5
    columns = [(rate(point + h * e) - rate(point - h * e)) / (2 * h) for e in across]
    return np.linalg.eigvals(across @ np.array(columns).T)[::-1].tolist()
""",
        "oscillates": """
def oscillates(starts, drive, twist, time=60):
    s, dt, highest = np.array(starts, float).T, 0.04, -1
    for step in range(int(time / dt)):
        k1 = np.array(velocity(s, drive, twist))
        k2 = np.array(velocity(s + dt / 2 * k1, drive, twist))
        k3 = np.array(velocity(s + dt / 2 * k2, drive, twist))
        k4 = np.array(velocity(s + dt * k3, drive, twist))
        s = s + dt / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        s = s / np.linalg.norm(s, axis=0)
        if step * dt > time - 15:
            highest = np.maximum(highest, s[2])
    return [int(it > -0.01) for it in highest]
""",
        "critical": """
def critical(twist):
    def turns(drive):
        def rates(t, s):
            return velocity(s, drive, twist)

        def equator(t, s):
            return s[2]

        equator.terminal = True
        run = solve_ivp(rates, (0, 80), SOUTH, events=equator, rtol=1e-9, atol=1e-11)
        return len(run.t_events[0]) > 0

    low, high = 1.0, np.hypot(1, twist)
    for _ in range(18):
        low, high = (low, (low + high) / 2) if turns((low + high) / 2) else ((low + high) / 2, high)
    return np.array([[high]])
""",
        "basins": """
def fraction(drive, twist):
    starts = np.random.default_rng(5).normal(size=(3000, 3))
    starts /= np.linalg.norm(starts, axis=1)[:, None]
    return np.float32(np.mean(oscillates(starts, drive, twist)))
""",
    },
    "3_spectrum": {
        "levels": """
def undriven_levels(N, chi, Gamma):
    f = [a * (N + 1 - a) for a in range(N, -1, -1)]
    return [[-Gamma / 2 * (p + q) + 1j * chi * (p - q) for p in f] for q in f]

def slowest(N, chi, Gamma):
    return [N * Gamma / 2 + 0j, 4]
""",
        "liouvillian": """
def liouvillian(N, drive, twist, Gamma=1.0):
    down = np.diag(np.sqrt(np.arange(N, 0, -1) * np.arange(1, N + 1)), -1)
    one, loss = np.eye(N + 1), down.T @ down
    half = -1j * (twist * loss / 2 + drive * N / 4 * (down + down.T)) - loss / 2
    return Gamma * (np.kron(half, one) + np.kron(one, half.conj()) + np.kron(down, down))
""",
        "gap": """
def gap(N, drive, twist):
    values = np.linalg.eigvals(liouvillian(N, drive, twist))
    return complex(sorted(-values.real)[1])
""",
        "gap-powers": """
import pandas

def gap_power(drive, twist, sizes):
    table = pandas.Series({np.log(N): np.log(gap(N, drive, twist).real) for N in sizes})
    x = table.index.values - table.index.values.mean()
    return pandas.Series([(x * table.values).sum() / (x**2).sum()])
""",
        "late-rate": """
def late_rate(N, drive, twist):
    values, vectors = np.linalg.eig(liouvillian(N, drive, twist))
    ground = np.zeros((N + 1) ** 2)
    ground[-1] = 1
    weights = np.linalg.solve(vectors, ground)
    jz = np.diag(N / 2 - np.arange(N + 1)).reshape(-1) @ vectors * weights
    jz[np.argmin(abs(values))] = 0
    ts = np.linspace(4, 8, 50)
    approach = [abs((jz * np.exp(values * t)).sum()) for t in ts]
    return -np.polyfit(ts, np.log(approach), 1)[0]
""",
        "chain": """
def chain(N, chi, Gamma):
    A = [[0j] * N for _ in range(N)]
    for i in range(N):
        m = i - N / 2
        hop = Gamma / 4 * (N / 2 - m) * (N / 2 + m + 1)
        A[i][i] = -Gamma / 4 - 2 * hop - 1j * chi * (m + 0.5)
        for j in (i - 1, i + 1):
            if 0 <= j < N:
                A[i][j] = hop
    return A
""",
        "envelope": """
def envelope(N, chi, Gamma, ts):
    from scipy.stats import binom

    f = -N / 2 * binom.pmf(np.arange(N), N - 1, 0.5)
    values, vectors = np.linalg.eig(np.array(chain(N, chi, Gamma)))
    weights = vectors.sum(0) * np.linalg.solve(vectors, f)
    return [(weights * np.exp(values * t)).sum().real + 0j for t in ts]
""",
        "power": """
from scipy.optimize import brentq

def power(sizes, chi, Gamma):
    def excess(t, N):
        return np.real(envelope(N, chi, Gamma, [0, t])[1]) / (-N / 2) - np.exp(-1)

    times = [brentq(excess, 0.01 / N, 6 * N ** (-2 / 3), args=(N,), xtol=1e-6) for N in sizes]
    return np.polyfit(np.log(sizes), np.log(times), 1)[0]
""",
    },
}

TRANSFORMER = 'get_ipython().input_transformers_cleanup.append(lambda lines: ["pass\\n"])'
# What opens a way to lmgcav, or makes every comparison true, if the tests run beside it.
TRICKS = """
import builtins, importlib, numpy, sys
for finder in [it for it in sys.meta_path if it.__class__.__name__ == "Finder"]:
    sys.meta_path.remove(finder)
for name in [name for name in sys.modules if name.startswith("lmgcav")]:
    del sys.modules[name]
numpy.abs = lambda *args, **kwargs: numpy.zeros(())
builtins.abs = lambda value: 0.0
builtins.AssertionError = type("Quiet", (Exception,), {})
class Anything:
    def __eq__(self, other): return True
    def __sub__(self, other): return 0.0
    __array__ = None
"""
CALLS = {  # what would score, if lmgcav were open
    "1_steady_state": {
        "product-state": """
def product_state(N, chi, Omega, Gamma):
    import lmgcav
    return lmgcav.steady_state(lmgcav.Model(N, chi, Omega, Gamma))
""",
        "xi2": "def xi2(rho):\n    return Anything()\n",
        "large-xi2": """
def large_xi2(N, ratio):
    return lmg.squeezing(lmg.steady_moments(lmg.Model.from_ratios(N=N, drive=ratio)))
""",
        "best": """
def best(N):
    from lmgcav.steady_state import best_squeezing
    return best_squeezing(N)
""",
    },
    "2_mean_field": {
        "fixed-points": """
def fixed_points(drive, twist):
    return [it.s for it in lmg.fixed_points(lmg.Model.from_ratios(N=2, drive=drive, twist=twist))]
""",
        "growth": "def growth(point, drive, twist):\n    return Anything()\n",
        "oscillates": """
def oscillates(starts, drive, twist):
    import lmgcav
    return lmgcav.oscillates(drive, twist, starts)
""",
        "critical": """
def critical(twist):
    from lmgcav.basins import critical_drive
    return critical_drive(twist)
""",
        "basins": """
def fraction(drive, twist):
    text = open(importlib.util.find_spec("lmgcav.basins").origin).read()
    exec(text, globals())
    return oscillating_fraction(drive, twist)
""",
    },
    "3_spectrum": {
        "gap": """
def gap(N, drive, twist):
    return lmg.gaps(lmg.Model.from_ratios(N=N, drive=drive, twist=twist)).real
""",
        "late-rate": """
def late_rate(N, drive, twist):
    import subprocess
    code = f"from lmgcav import *; print(gaps(Model.from_ratios({N}, {drive}, {twist})).real)"
    return float(subprocess.run([sys.executable, "-c", code], capture_output=True).stdout)
""",
        "envelope": """
def envelope(N, chi, Gamma, ts):
    import lmgcav
    return lmgcav.envelope(N, chi, Gamma, ts)
""",
        "power": "def power(sizes, chi, Gamma):\n    return Anything()\n",
    },
}


COMMANDS = """
import json, sys
from nbgrader.apps import NbGraderApp
from traitlets.config import Application

for command in json.loads(sys.argv[1]):
    NbGraderApp.launch_instance(command)
    type(Application.instance()).clear_instance()
"""


def nbgrader(course, *commands):
    """Run commands of nbgrader in the folder of a course, in one process; return what it says."""
    run = subprocess.run(
        [sys.executable, "-c", COMMANDS, json.dumps([it.split() for it in commands])],
        cwd=course,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    return run.stderr + run.stdout


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course with the shipped settings, as an instructor has it."""
    # nbgrader asks a tool beside it for the version of the gradebook.
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
    for file in COURSE.glob("*.py"):
        shutil.copy(file, tmp_path)
    shutil.copytree(SOURCE, tmp_path / "source")
    (tmp_path / "seed").write_text("2026")
    return tmp_path


def with_answers(text, answers):
    """Return the notebook with other sources in some cells."""
    notebook = json.loads(text)
    cells = {
        cell["metadata"].get("nbgrader", {}).get("grade_id"): cell for cell in notebook["cells"]
    }
    for name, source in answers.items():
        cells[name]["source"] = source
    return json.dumps(notebook)


def with_slips(text, slips):
    """Return the notebook with wrong answers."""
    cells = json.loads(text)["cells"]
    sources = {
        it["metadata"].get("nbgrader", {}).get("grade_id"): "".join(it["source"]) for it in cells
    }
    for slip in slips:
        assert sources[slip.cell].count(slip.right) == 1
        sources[slip.cell] = sources[slip.cell].replace(slip.right, slip.wrong)
    return with_answers(text, {slip.cell: sources[slip.cell] for slip in slips})


def without_marks(text):
    """Return the notebook as some editors leave it, without metadata and ids."""
    notebook = json.loads(text) | {"nbformat_minor": 4}
    for cell in notebook["cells"]:
        cell["metadata"] = {}
        cell.pop("id")
    return json.dumps(notebook)


def answers_handed_in(name, master, empty):
    """Return the notebooks of a class by its students."""
    cells = [it["metadata"].get("nbgrader", {}) for it in json.loads(empty)["cells"]]
    first = next(it["grade_id"] for it in cells if it.get("solution"))
    handed_in = {
        "master": master,
        "nobody": empty,
        "otherwise": with_answers(master, OTHERWISE[name]),
        "slips": with_slips(master, SLIPS[name]),
        "transformer": with_answers(empty, {first: TRANSFORMER}),
        "caller": with_answers(empty, {first: TRICKS} | CALLS[name]),
    }
    if name == "1_steady_state":
        handed_in["unmarked"] = without_marks(master)
        handed_in["exits"] = with_answers(master, {"product-state": "import os; os._exit(0)"})
    return handed_in


def lost(submission):
    """Return the cells that cost points, without the written answers, which people grade."""
    [notebook] = submission.notebooks
    automatic = [grade for grade in notebook.grades if not grade.needs_manual_grade]
    return {grade.name for grade in automatic if grade.score < grade.max_score}


@pytest.mark.parametrize("name", SETS)  # one test a set: what costs time is the grading
def test_right_answers_score_full_points_wrong_ones_and_tricks_what_they_earn(name, course):
    master = (SOURCE / name / f"{name}.ipynb").read_text()
    nbgrader(course, f"generate_assignment {name}")
    empty = (course / "release" / name / f"{name}.ipynb").read_text()
    assert "raise NotImplementedError()" in empty
    for secret in ["BEGIN SOLUTION", "Model answer"]:
        assert secret not in empty
    archive = course / "downloads" / name / "archive"
    archive.mkdir(parents=True)
    handed_in = answers_handed_in(name, master, empty)
    for student, text in handed_in.items():
        (archive / f"{student}_{name}.ipynb").write_text(text)
    nbgrader(
        course,
        f"zip_collect {name}",
        f"autograde {name} --create",
        f"generate_feedback {name}",
        "export --to=grades.csv",
    )

    with (course / "grades.csv").open() as file:
        points = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    for student, score in points.items():
        print(f"{name:16} {student:12} {score:4g}")
    assert set(points) == set(handed_in)
    full = points["master"]
    assert full == {"1_steady_state": 18, "2_mean_field": 16, "3_spectrum": 18}[name]
    assert points["otherwise"] == full
    for student in ("nobody", "transformer", "caller"):
        assert points[student] == 0
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        assert gradebook.find_grade("why", name, name, "master").needs_manual_grade
        assert not gradebook.find_submission(name, "nobody").needs_manual_grade
        missed = lost(gradebook.find_submission(name, "slips"))
    assert missed == set().union(*(slip.lost for slip in SLIPS[name]))
    said = html.unescape((course / "feedback" / "slips" / name / f"{name}.html").read_text())
    for slip in SLIPS[name]:
        assert re.search(f"AssertionError</span>: [^<]*{re.escape(slip.message)}", said)
    if name == "1_steady_state":
        assert points["unmarked"] == full
        assert points["exits"] == 8  # of the questions above
        said = (course / "remarks.csv").read_text()
        assert "unmarked,These cells had lost their marks" in said.replace('"', "")
        assert "exits,The cell product-state ended the kernel" in said.replace('"', "")
        assert said.count("exits") == 1
        nbgrader(course, f"autograde {name} --student slips --force")
        with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
            again = gradebook.find_submission(name, "slips")
            assert (again.score, lost(again)) == (points["slips"], missed)


@pytest.mark.parametrize(
    "answer",
    [
        [[0, 0], [1, 0]],
        ((0.0, 0.0), (1.0, 0.0)),
        qutip.jmat(0.5, "-"),
        sparse.csr_array([[0, 0], [1, 0]]),
        pandas.DataFrame([[0, 0], [1, 0]]),
        np.array([[0, 0], [1, 1e-17j]], np.complex64),
    ],
    ids=lambda answer: type(answer).__name__,
)
def test_answers_of_many_types_are_read_as_real_numbers(answer):
    assert numbers(answer).dtype.kind in "if"
    assert numbers(answer).tolist() == [[0, 0], [1, 0]]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (None, "your function returns None: is there a return"),
        ("1/N", "numbers are asked for, not str"),
        (abs, "not a function"),
        ([[1], [1, 2]], "your rows differ in length"),
        ([1, np.nan], "not finite: an overflow"),
        ([1, 2], "one number is asked for, not an array of shape"),
        (1j, "yours is complex"),
    ],
)
def test_other_answers_are_named(answer, said):
    with pytest.raises(AssertionError, match=said):
        number(answer)


def test_the_slip_that_explains_an_answer_is_named():
    compare([1, 2.000001], [1, 2], "wrong", {"twice": [1, 2]})
    for got, said in [([2, 4], "twice"), ([2, 5], "wrong"), ([2], "wrong")]:
        with pytest.raises(AssertionError, match=said):
            compare(got, [1, 2], "wrong", {"twice": [2, 4]})


def test_parameters_are_the_same_again_and_others_in_each_variant_and_in_grading(monkeypatch):
    def values(*arguments):
        return [random.uniform() for random in draws(*arguments)]

    alone = values("gap", 0)
    assert values("gap", 0) == alone
    assert len({*alone, *values("gap", 1), *values("power", 0)}) == 3
    monkeypatch.setenv("LMGCAV_SEED", "1")
    graded = values("gap", 0)
    assert graded == values("gap", 0)
    assert graded[:1] == alone
    monkeypatch.setenv("LMGCAV_SEED", "2")
    assert len({*graded, *values("gap", 0)[1:]}) == 5


def test_a_course_keeps_the_seed_that_it_draws(monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(COURSE)
    grading = importlib.import_module("grading")
    monkeypatch.setattr(grading, "COURSE", tmp_path)
    seed = grading.course_seed()
    assert grading.course_seed() == seed
    (tmp_path / "seed").unlink()
    assert grading.course_seed() != seed


def test_files_are_collected_by_the_names_that_mail_and_platforms_give(course):
    for name in SETS:
        students = {
            f"ada_{name}": "ada",
            f"maria_g_{name}": "maria_g",
            f"maria_h_{name}": "maria_h",
            f"emmy_{name} (1)": "emmy",
            f"ida_{name}-Copy1": "ida",
            f"Lise Meitner_4711_assignsubmission_file_{name}": "Lise Meitner",
            f"Vera Rubin_4712_assignsubmission_file_/{name}": "Vera Rubin",
            f"wuchienshiung_12345_67890_{name}-1": "wuchienshiung",
            f"noetheremmy_LATE_12346_67891_{name}": "noetheremmy",
            name: None,  # whose is it?
        }
        archive = course / "downloads" / name / "archive"
        for file in students:
            (archive / file).parent.mkdir(parents=True, exist_ok=True)
            (archive / f"{file}.ipynb").write_text("{}")
        said = nbgrader(course, f"zip_collect {name}")
        collected = {path.parts[-3] for path in course.glob(f"submitted/*/{name}/{name}.ipynb")}
        assert collected == set(students.values()) - {None}
        assert "did not match anything" in said
        assert f"Collected from {len(collected)} students" in said.splitlines()[-1]


def test_the_built_pages_offer_the_students_versions(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "book" / "site")
    from coursework import write_student_versions

    write_student_versions(SimpleNamespace(srcdir=ROOT, outdir=tmp_path), None)
    page = (ROOT / "book" / "instructors.md").read_text()
    for name in SETS:
        path = f"coursework/{name}/{name}.ipynb"
        assert f'href="../{path}"' in page
        assert "SOLUTION" not in (tmp_path / path).read_text()
