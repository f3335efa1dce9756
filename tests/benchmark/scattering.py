"""Decay and dephasing of single atoms against QuTiP's piqs."""

import numpy as np
import qutip
from qutip import piqs
from tables import print_table, timed

import lmgcav as lmg
from lmgcav.companion.paper import TWIST

RATES = lmg.Scattering(decay=0.3, dephasing=0.2)


def by_piqs(model, ts):
    """Mean J_z by ``mesolve``, with its integrator that is the fastest here."""
    Jx, Jp, Jm, Jz = (piqs.jspin(model.N, which) for which in "x+-z")
    single = {"emission": RATES.decay, "dephasing": 2 * RATES.dephasing}
    H = model.chi * Jp @ Jm + model.Omega * Jx
    L = piqs.Dicke(model.N, H, collective_emission=model.Gamma, **single).liouvillian()
    options = {"method": "vern7", "nsteps": 10**6}
    return qutip.mesolve(L, piqs.ground(model.N), ts, e_ops=[Jz], options=options).expect[0]


def single_atoms(_):
    """`scattered_moments` against piqs, its generator included on both sides."""
    rows = []
    for N in (10, 20, 30):
        model, ts = lmg.Model.from_ratios(N=N, drive=1.48, twist=TWIST), np.linspace(0, 1, 11)
        ours, moments = timed(lmg.scattered_moments, model, RATES, ts)
        theirs, Jz = timed(by_piqs, model, ts, repeats=1)
        difference = float(abs(moments.mean[:, 2] - Jz).max() / (N / 2))
        rows.append([N, ours, theirs, theirs / ours, difference])
    columns = ["N", "lmgcav", "piqs", "ratio", "difference of <Jz>/(N/2)"]
    print_table("Single atoms, to t = 1/Γ", columns, rows)


BENCHMARKS = [single_atoms]
