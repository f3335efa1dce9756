"""Record Figs. 11 and 12: ``python lmgcav/companion/recorded/record.py``.

Adds to levels.npz and gaps.npz beside this file what they lack, and saves after each N, so that
it can be interrupted; remove the files to record all anew, about an hour on two cores and 5 GB.
"""

from concurrent.futures import ProcessPoolExecutor

import numpy as np

import lmgcav as lmg
from lmgcav.companion import recorded
from lmgcav.companion.paper import TWIST
from lmgcav.sweeps.sweep import sweep

COUNT = 150  # eigenvalues in Fig. 11
LEVELS = 200  # atoms in Fig. 11
DRIVES = np.linspace(0.05, 2.55, 51)  # 2Ω/(NΓ) in Fig. 11
ATOMS = [50, 100, 200, 400, 800]  # in Fig. 12
NORMAL = np.append(np.linspace(0.8, 1.2, 17), np.linspace(0.96, 1.04, 17))  # of Fig. 12(a)
CRITICAL = np.append(np.linspace(1.9, 2.25, 15), np.linspace(2.085, 2.165, 17))  # of Fig. 12(b)
# Finer around the kink at NΓ/2 and the cusp at Ω_c; `gaps` misses N = 800 at the drive 1.9.
SETTINGS = {"twist": TWIST, "count": COUNT}


def model(N, drive):
    """Parameters of Figs. 11 and 12 (Γ = 1)."""
    return lmg.Model.from_ratios(N=N, drive=drive, twist=TWIST)


def levels(N, drive):
    """Eigenvalues and their error bars, COUNT + 1 of each, with NaN where there are no more."""
    found = lmg.spectrum(model(N, drive), COUNT)
    missing = [0, COUNT + 1 - found.values.size]
    return {
        "values": np.pad(found.values, missing, constant_values=np.nan),
        "error": np.pad(found.error, missing, constant_values=np.nan),
    }


def gaps(N, drive):
    """Both gaps, in units of Γ."""
    return lmg.gaps(model(N, drive))._asdict()


def record_levels(pool, folder):
    """Write levels.npz."""
    found = sweep(levels, {"N": [LEVELS], "drive": DRIVES}, executor=pool).isel(N=0)
    arrays = {"N": LEVELS, "drives": DRIVES, "values": found["values"].values}
    arrays["error"] = found["error"].values.astype(np.float32)
    recorded.save("levels", arrays, folder, **SETTINGS)


def record_gaps(pool, folder):
    """Write gaps.npz with the columns N, drive, real gap, imaginary gap."""
    there = (folder / "gaps.npz").exists()
    table = recorded.load("gaps", folder)["table"] if there else np.empty((0, 4))
    drives = np.unique(np.append(NORMAL, CRITICAL).round(6))
    for N in ATOMS:
        known = table[table[:, 0] == N, 1].round(6)
        lacking = np.setdiff1d(drives if N < 800 else drives[drives != 1.9], known)
        if lacking.size:
            found = sweep(gaps, {"N": [N], "drive": lacking}, executor=pool).isel(N=0)
            columns = [found["drive"], found["real"], found["imaginary"]]
            table = np.vstack([table, np.insert(np.transpose(columns), 0, N, axis=1)])
            table = table[np.lexsort([table[:, 1], table[:, 0]])]
            recorded.save("gaps", {"table": table}, folder, **SETTINGS)


def main(folder=recorded.FOLDER):
    """Record what the files lack."""
    with ProcessPoolExecutor(2) as pool:
        if not (folder / "levels.npz").exists():
            record_levels(pool, folder)
        record_gaps(pool, folder)


if __name__ == "__main__":
    main()
