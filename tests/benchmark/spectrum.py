"""Times of the spectrum of Sec. V, and agreement with QuTiP's Liouvillian, in one run."""

import qutip
from scipy.optimize import linear_sum_assignment
from scipy.sparse.linalg import eigs
from tables import measured, print_table, timed

import lmgcav as lmg
from lmgcav.companion.paper import TWIST


def critical_model(N):
    return lmg.Model.from_ratios(N=N, drive=2.1, twist=TWIST)


def qutip_eigenvalues(model, count):
    """Shift-invert Arnoldi on QuTiP's Liouvillian; the shift keeps away from λ = 0."""
    L = qutip.liouvillian(*model.to_qutip()).data.as_scipy().tocsc()
    return eigs(L, k=count, sigma=0.01 * model.Gamma, return_eigenvectors=False)


def eigenvalues(options):
    """Eigenvalues against ``scipy.sparse.linalg.eigs`` on QuTiP's Liouvillian; then alone."""
    rows = []
    for N, count in (50, 20), (100, 20), (200, 20), (50, 150), (100, 150), (200, 150):
        model = critical_model(N)
        ours, found = timed(lmg.eigenvalues, model, count)
        theirs, expected = timed(qutip_eigenvalues, model, count + 5)
        apart = abs(found[:, None] - expected)
        difference = apart[linear_sum_assignment(apart)].max()
        rows.append([N, count, ours, theirs, theirs / ours, float(difference)])
    columns = ["N", "levels", "lmgcav", "eigs", "ratio", "difference / Γ"]
    print_table("Eigenvalues nearest zero", columns, rows)
    rows = []
    for N in (200, 400):
        seconds, _, memory = measured(lmg.eigenvalues, critical_model(N), 150)
        rows.append([N, seconds, memory])
    print_table("150 eigenvalues, large N", ["N", "lmgcav", "MB"], rows)


def gaps(options):
    """Both gaps of Fig. 12."""
    rows = []
    for N in (200, 400, 800):
        seconds, found, memory = measured(lmg.gaps, critical_model(N))
        rows.append([N, seconds, memory, found.real, found.imaginary])
    print_table("Gaps", ["N", "lmgcav", "MB", "real / Γ", "imaginary / Γ"], rows)


BENCHMARKS = [eigenvalues, gaps]
