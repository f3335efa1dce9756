"""Times of correlations and spectrum of the light, and agreement with QuTiP, in one run."""

import numpy as np
import qutip
from tables import measured, print_table, timed

import lmgcav as lmg
from lmgcav.companion.paper import TWIST


def model_of_light(N):
    return lmg.Model.from_ratios(N=N, drive=2.17, twist=TWIST)


def in_qutip(model):
    """Hamiltonian, jump and the operators J⁺ and J⁻ of Eq. (4)."""
    return *model.to_qutip(), *(qutip.jmat(model.N / 2, which) for which in "+-")


def qutip_spectrum(model, omegas, solver):
    H, jumps, Jp, Jm = in_qutip(model)
    found = qutip.spectrum(H, omegas, jumps, Jp, Jm, solver=solver)
    return model.Gamma * np.real(found) / (2 * np.pi)


def qutip_correlation(model, taus):
    H, jumps, Jp, Jm = in_qutip(model)
    rho = qutip.Qobj(lmg.steady_state(model))
    return qutip.correlation_2op_1t(H, rho, taus, jumps, Jp, Jm, options={"nsteps": 10**7})


def emission_spectrum(options):
    """41 frequencies against both solvers of ``qutip.spectrum``; then alone."""
    rows = []
    for N, solver in (20, "es"), (20, "pi"), (50, "es"), (50, "pi"):
        model = model_of_light(N)
        omegas = N * np.append(
            np.linspace(-2, -0.1, 20), np.linspace(0.1, 2.1, 21)
        )  # pi fails at 0
        ours, found = timed(lmg.emission_spectrum, model, omegas)
        theirs, expected = timed(qutip_spectrum, model, omegas, solver)
        apart = float(abs(found.incoherent - expected).max() / found.incoherent.max())
        rows.append([N, solver, ours, theirs, theirs / ours, apart])
    columns = ["N", "solver", "lmgcav", "qutip", "ratio", "difference / maximum"]
    print_table("Spectrum of the light, 41 frequencies", columns, rows)
    rows = []
    for N in (400, 2000) if options.slow else (400,):
        omegas = np.linspace(-2.0, 2.0, 201) * N
        seconds, found, memory = measured(lmg.emission_spectrum, model_of_light(N), omegas)
        rows.append([N, seconds, memory, found.error / float(found.incoherent.max())])
    columns = ["N", "lmgcav", "MB", "error / maximum"]
    print_table("Spectrum of the light, 201 frequencies", columns, rows)


def correlation(_):
    """⟨J⁺ J⁻(τ)⟩ of the steady state against ``qutip.correlation_2op_1t``."""
    rows = []
    for N in (50, 100):
        model, taus = model_of_light(N), np.linspace(0, 20 / N, 51)
        ours, found = timed(lmg.correlation, model, taus, "+", "-")
        theirs, expected = timed(qutip_correlation, model, taus)
        apart = float(abs(found.values - expected).max() / (N / 2) ** 2)
        rows.append([N, ours, theirs, theirs / ours, apart])
    columns = ["N", "lmgcav", "correlation_2op_1t", "ratio", "difference / (N/2)²"]
    print_table("Correlation to τ = 20/(NΓ)", columns, rows)


BENCHMARKS = [emission_spectrum, correlation]
