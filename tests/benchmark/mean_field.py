"""Times of Sec. IV A, each against integrating Eq. (15) with SciPy's ``solve_ivp``."""

import numpy as np
from scipy.integrate import solve_ivp
from tables import print_table, timed

import lmgcav as lmg
from lmgcav.companion.paper import TWIST
from lmgcav.mean_field import flow


def disk(points):
    """Starts of the lower hemisphere on a square grid of the (s_x, s_y) disk, shape (…, 3)."""
    x, y = np.meshgrid(*2 * [np.linspace(-1, 1, points)])
    inside = np.hypot(x, y) < 1
    x, y = x[inside], y[inside]
    return np.stack([x, y, -np.sqrt(1 - x**2 - y**2)], axis=-1)


def oscillates_by_integration(model, start):
    """Whether s_z is above 0 late, as a reader of the paper would find out."""
    late = np.linspace(60, 90, 300)
    s = solve_ivp(lambda t, s: flow(model, s), (0, 90), start, t_eval=late, rtol=1e-8, atol=1e-10)
    return s.y[2].max() > 0


def mean_field_disk(_):
    """The disk of initial conditions of Fig. 5: 200 × 200 starts at one drive and twist."""
    starts, model = disk(200), lmg.Model.from_ratios(N=2, drive=1.74, twist=TWIST)
    sample = starts[np.random.default_rng(0).choice(len(starts), 40, replace=False)]
    bound = lmg.oscillates(model.drive, TWIST, sample)
    integrated, expected = timed(
        lambda: np.array([oscillates_by_integration(model, start) for start in sample])
    )
    rows = []
    for name, function in [
        ("oscillates", lambda: lmg.oscillates(model.drive, TWIST, starts)),
        ("critical_drive", lambda: lmg.critical_drive(TWIST, starts)),
    ]:
        rows.append([name, len(starts), timed(function)[0]])
    rows.append(["solve_ivp, extrapolated from 40", len(starts), integrated / 40 * len(starts)])
    agreement = f"{np.mean(bound == expected):.0%} of 40 starts agree"
    print_table(f"Disk of Fig. 5 ({agreement})", ["by", "starts", "seconds"], rows)


def mean_field_period(_):
    """Period by quadrature and by following the flow through one turn."""
    rows = []
    for gap in (0.3, 1e-3, 1e-6):
        model = lmg.Model.from_ratios(N=2, drive=lmg.critical_drive(TWIST) + gap, twist=TWIST)
        quadrature, returns = timed(lmg.period, model)
        integration, s = timed(lmg.mean_field, model, [returns])
        rows.append([gap, quadrature, integration, float(np.linalg.norm(s[0] - lmg.SOUTH_POLE))])
    columns = ["2(Ω - Ω̃)/(NΓ)", "period", "mean_field", "distance from the start"]
    print_table("Period of the mean-field oscillation", columns, rows)


BENCHMARKS = [mean_field_disk, mean_field_period]
