"""Record dynamics beyond the paper: ``python lmgcav/companion/recorded/record_dynamics.py``.

Adds to dynamics.npz beside this file the points that it lacks and saves after each, so that it
can be interrupted; remove the file to record all anew, in about half an hour on one core and
7 GB. Each table has the columns N, drive 2Ω/(NΓ), value and its error.
"""

import numpy as np
from scipy.interpolate import CubicSpline

import lmgcav as lmg
from lmgcav.companion import recorded
from lmgcav.companion.paper import TWIST, WINDOW
from lmgcav.spectrum import REPEATED

ATOMS = [50, 100, 200, 400, 800, 1600, 3200, 10_000]
STEEP = np.linspace(1.66, 1.9, 13).round(2)  # drives where the average changes most, and
QUARTERS = [1.76, 1.8, 1.72, 1.74, 1.82, 1.84]  # those around its quarters
RATIOS = [0.79, 0.81, 0.83, 0.86, 0.9]  # Ω/Ω_c of the deepest first minimum of ξ², falling with N


def model(N, drive):
    """Parameters of Figs. 7 to 10 (Γ = 1)."""
    return lmg.Model.from_ratios(N=N, drive=drive, twist=TWIST)


def window(N, drive):
    """Inversion from the south pole, averaged over the window of Fig. 9."""
    average = lmg.average_inversion(model(N, drive), WINDOW, [np.pi], [0], tol=3e-3)
    return average.values.item(), average.error


def relaxation(N, drive):
    """Rate of the slowest decay, in Γ."""
    rate = lmg.gaps(model(N, drive), count=4).real
    return rate, REPEATED * rate


def envelope(N, drive):
    """Time at which the peaks of |<J_z>|, times exp(3Γt/4), have fallen to 1/e, in 1/Γ."""
    ts = np.cbrt(48 / (TWIST / 2 * N) ** 2) * np.linspace(0, 1.3, 3001)
    run = lmg.evolve(model(N, drive), ts, tol=1e-2)
    peaks, heights = lmg.extrema(ts, run.moments.bloch[:, 2])
    off = run.error * np.sign(heights)
    times = [lmg.fall_time(peaks, heights + sign * off, rate=3 / 4) for sign in (-1, 0, 1)]
    return times[1], np.ptp(times).item() / 2


def transient(N, drive):
    """Lowest ξ² in the first 4.5 collective times.

    Errors ε of the second moments, over (N/2)², change a variance by up to 3ε(N/2)².
    """
    run = lmg.evolve(model(N, drive), np.linspace(0, 9 / N, 150), tol=1e-4 / N)
    xi2 = CubicSpline(run.ts, lmg.squeezing(run.moments))
    times = xi2.derivative().roots(extrapolate=False)
    lowest = times[xi2(times).argmin()]
    length = np.linalg.norm(CubicSpline(run.ts, run.moments.bloch)(lowest))
    return xi2(lowest), 3 * N * run.error / length**2


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


def recheck(name, seed, largest=400):
    """Compute a point of a table anew, one of up to so many atoms that is drawn by the seed.

    Returns a sentence, or raises an AssertionError if it is not found again within the errors.
    """
    table = recorded.load("dynamics")[name]
    rows = table[table[:, 0] <= largest]
    N, drive, kept, allowed = np.random.default_rng(seed).choice(rows)
    again, error = FUNCTIONS[name](int(N), drive)
    found = f"{name}, N = {N:.0f}, drive {drive:.3f}: {again:.6g} after {kept:.6g}"
    assert abs(again - kept) <= error + allowed, found
    return f"{found}, allowed are ± {error + allowed:.1g}"


def main(folder=recorded.FOLDER):
    """Record what the file lacks."""
    from tqdm import tqdm

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
