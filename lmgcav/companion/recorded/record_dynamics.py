"""Record dynamics beyond the paper: ``python lmgcav/companion/recorded/record_dynamics.py``.

Adds to dynamics.npz beside this file the points that it lacks and saves after each, so that it
can be interrupted; remove the file to record all anew, in about half an hour on one core and
7 GB. Each table has the columns N, drive 2Ω/(NΓ), value, error of the moments or of the rate.
"""

import numpy as np
from tqdm import tqdm

import lmgcav as lmg
from lmgcav.companion import recorded
from lmgcav.spectrum import REPEATED

TWIST = 1.875  # 2χ/Γ
ATOMS = [50, 100, 200, 400, 800, 1600, 3200, 10_000]
WINDOW = 0.13  # of the average in Fig. 9, in 1/Γ
STEEP = np.linspace(1.66, 1.9, 13).round(2)  # drives where the average changes most, and
QUARTERS = [1.76, 1.8, 1.72, 1.74, 1.82, 1.84]  # those around its quarters
RATIOS = [0.79, 0.81, 0.83, 0.86, 0.9]  # Ω/Ω_c of the deepest first minimum of ξ², falling with N


def model(N, drive):
    """Parameters of Figs. 7 to 10 (Γ = 1)."""
    return lmg.Model.from_ratios(N=N, drive=drive, twist=TWIST)


def window(N, drive):
    """Inversion averaged over the window of Fig. 9; there is a node for every 20 atoms."""
    u, weights = np.polynomial.legendre.leggauss(max(40, N // 20))
    run = lmg.evolve(model(N, drive), WINDOW * (1 + u) / 2, tol=3e-3, hours=10)
    return weights @ run.moments.bloch[:, 2] / 2, run.error


def relaxation(N, drive):
    """Rate of the slowest decay, in Γ."""
    rate = lmg.gaps(model(N, drive), count=4).real
    return rate, REPEATED * rate


def envelope(N, drive):
    """Time at which the peaks of |<J_z>|, times exp(3Γt/4), have fallen to 1/e, in 1/Γ."""
    ts = np.cbrt(48 / (TWIST / 2 * N) ** 2) * np.linspace(0, 1.3, 3001)
    run = lmg.evolve(model(N, drive), ts, tol=1e-2)
    size = abs(run.moments.bloch[:, 2])
    i = 1 + np.flatnonzero((size[1:-1] > size[:-2]) & (size[1:-1] > size[2:]))
    return np.interp(1, -np.log(size[i]) - 3 / 4 * ts[i], ts[i]), run.error


def transient(N, drive):
    """Lowest ξ² in the first 4.5 collective times."""
    run = lmg.evolve(model(N, drive), np.linspace(0, 9 / N, 150), tol=1e-3 / N)
    return lmg.squeezing(run.moments).min(), run.error


FUNCTIONS = {f.__name__: f for f in (envelope, transient, relaxation, window)}


def points():
    """Names and places (N, drive) of all that is recorded, the quick ones first."""
    below_critical = np.hypot(1, TWIST) * np.array(RATIOS)
    *fewer, many = ATOMS
    places = {
        "envelope": [(N, 3.86) for N in ATOMS],
        "transient": [(N, drive) for N in [25, *fewer] for drive in below_critical]
        + [(many, drive) for drive in below_critical[:2]],
        "relaxation": [(N, drive) for N in ATOMS for drive in (1.76, 2.09)],
        "window": [(N, drive) for N in ATOMS if N <= 800 for drive in STEEP]
        + [(N, drive) for N in (1600, 3200, many) for drive in QUARTERS]
        + [(many, 1.86)],
    }
    return [(name, *place) for name in places for place in places[name]]


def main(folder=recorded.FOLDER):
    """Record what the file lacks."""
    tables = {name: np.empty((0, 4)) for name in FUNCTIONS}
    if (folder / "dynamics.npz").exists():
        tables |= recorded.load("dynamics", folder).arrays
    for name, N, drive in tqdm(points()):
        if not np.isclose(tables[name][:, :2], [N, drive]).all(1).any():
            row = N, drive, *FUNCTIONS[name](N, drive)
            tables[name] = np.vstack([tables[name], row])
            recorded.save("dynamics", tables, folder, twist=TWIST, window=WINDOW)


if __name__ == "__main__":
    main()
