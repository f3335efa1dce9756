r"""A cavity experiment in SI units, from its hardware to the stages of Eq. (4), Sec. VI.

Eq. (3) turns coupling, linewidth and detuning into χ and Γ. Their ratio is 2χ/Γ = 2Δ/κ, and one
number compares the cavity with emission into free space, the cooperativity

.. math:: C = \frac{4 g^2}{\kappa\gamma} = \frac{6 F}{\pi^3}\,\frac{\lambda_0^2}{w_0^2},

the second form for a two-level atom at an antinode of a mode of waist w_0 and wavelength λ_0
between mirrors of finesse F.

The squeezing of many atoms follows from small Gaussian fluctuations about the mean field. With
the flow of Eq. (15) and its Jacobian A, and single atoms that add A's + d to it, the covariance V
of the Bloch vector s obeys

.. math:: \dot V = (A + A') V + V (A + A')^T
          + \Gamma \sum_{a = x, y} (e_a \times s)(e_a \times s)^T
          - \tfrac1N \left[p\,(A' + A'^T) - \dot p + d s^T + s d^T\right],

where p is the fraction of the atoms that are left. The first noise is that of the collective
emission, the second keeps every atom a spin ½.
"""

from dataclasses import dataclass, replace
from functools import cache, cached_property
from html import escape

import numpy as np
from scipy.integrate import solve_ivp

from . import arguments
from .basins import long_time_average, period
from .envelope import decay_time
from .mean_field import fixed_points, flow
from .model import SOUTH_POLE, Model, cavity_rates
from .moments import Moments, squeezing
from .scattering import Scattering, checked
from .spectrum import gaps

UNDISTURBED = Scattering()
SMALL = 0.1  # what the model takes to be small is broken above it
SETTLED = 3  # time constants of the last stage until the steady state: e^-3 = 5 % are left
FEW = 60  # atoms for the slowest eigenvalue, which in units of Γ hardly depends on N
LARGE = 1000  # 2χ/Γ beyond which that eigenvalue depends on Ω/Ω_c alone
PREFIXES = {-9: "n", -6: "µ", -3: "m", 0: "", 3: "k", 6: "M", 9: "G"}


def coupling(*, finesse, waist, wavelength, kappa, gamma):
    """Coupling g = √(Cκγ)/2 of a two-level atom at an antinode of its cavity, in 1/s.

    Parameters
    ----------
    finesse : float
        Of the cavity.
    waist, wavelength : float
        1/e² radius of the mode, and wavelength of the transition, metres.
    kappa, gamma : float
        Linewidths of cavity and atom, angular frequencies in 1/s.

    Examples
    --------
    >>> g = coupling(finesse=24e3, waist=75e-6, wavelength=689e-9, kappa=1.0e6, gamma=4.7e4)
    >>> round(g)
    67863
    """
    given = {"finesse": finesse, "waist": waist, "wavelength": wavelength}
    for name, value in (given | {"kappa": kappa, "gamma": gamma}).items():
        arguments.positive(name, value)
    C = 24 * finesse / np.pi * (wavelength / (2 * np.pi * waist)) ** 2
    return float(np.sqrt(C) * np.sqrt(kappa * gamma) / 2)


def gaussian_moments(model, scattering, ts, start=SOUTH_POLE):
    """Mean spin and covariance of many atoms, as small Gaussian fluctuations about mean field.

    Parameters
    ----------
    model : Model
    scattering : Scattering
    ts : array_like, shape (t,)
        Sorted times from 0 on, in the inverse unit of the rates.
    start : array_like, shape (3,), default SOUTH_POLE
        Bloch vector of the coherent state at time 0.

    Returns
    -------
    Moments
        With leading axis t; N is the number of atoms at the start. Off by a fraction of order 1/N
        that grows with time where mean field oscillates.

    Examples
    --------
    >>> from lmgcav import evolve
    >>> m, ts = Model.from_ratios(N=400, drive=1.0, twist=1.0), [0.003, 0.02]
    >>> exact = squeezing(evolve(m, ts).moments)
    >>> (squeezing(gaussian_moments(m, Scattering(), ts)) / exact).round(2)
    array([1., 1.])
    """
    ts, start, turns = checked(model, scattering, ts, start)
    arguments.ends_in_time("The fluctuations up to the last of ts", 2e-2 * turns)
    half, chi, Omega = model.N * model.Gamma / 2, model.N * model.chi, model.Omega
    sideways = -scattering.decay / 2 - scattering.dephasing - scattering.loss
    alone = np.diag([sideways, sideways, -scattering.decay - scattering.loss])

    end = ts[-1] or 1.0  # the unit of time

    def motion(share, state):
        t = share * end
        s, V = state[:3], state[3:].reshape(3, 3)
        x, y, z = s
        left = np.exp(-scattering.loss * t)
        fall = np.array([0, 0, -scattering.decay * left])
        together = [
            [half * z, chi * z, chi * y + half * x],
            [-chi * z, half * z, half * y - chi * x - Omega],
            [-2 * half * x, Omega - 2 * half * y, 0],
        ]
        A = alone + np.array(together)
        kicks = np.cross(np.eye(3)[:2], s)
        single = -left * (2 * alone + scattering.loss * np.eye(3)) - 2 * np.outer(fall, s)
        dV = A @ V + model.Gamma / 2 * kicks.T @ kicks + single / (2 * model.N)
        return end * np.concatenate([flow(model, s) + alone @ s + fall, (dV + dV.T).ravel()])

    first = np.append(start, (np.eye(3) - np.outer(start, start)) / model.N)
    grid, position = np.unique(np.append(0.0, ts / end), return_inverse=True)
    states = first[:, None]
    if grid.size > 1:
        limits = {"rtol": 1e-8, "atol": 1e-10 / model.N}
        run = solve_ivp(motion, grid[[0, -1]], first, "LSODA", grid, **limits)
        if not run.success:
            raise ArithmeticError(f"The fluctuations were not solved: {run.message}")
        states = run.y
    s, V = states[:3].T[position[1:]], states[3:].T[position[1:]].reshape(-1, 3, 3)
    quarter = model.N**2 / 4
    return Moments(model.N, model.N / 2 * s, quarter * (V + s[:, :, None] * s[:, None, :]))


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """N driven two-level atoms in a cavity, Eqs. (1) and (3), and what disturbs single atoms.

    All rates are angular frequencies in 1/s: 2π times what is quoted in Hz.

    Parameters
    ----------
    N : int
        Number of atoms, all coupled alike.
    g, kappa, Delta : float
        Coupling g > 0, linewidth κ > 0 and detuning Δ of the cavity, as in Eq. (1).
    Omega : float
        Rabi frequency Ω of the resonant drive.
    scattering : Scattering
        Rates of decay, dephasing and loss of single atoms; zero by default.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> mine = Experiment.tuned(N=1000, detuning=0.5, ratio=0.4, g=1e4, kappa=1e6)
    >>> mine.phase, round(mine.model.Gamma), mine.warnings()
    ('superradiant', 200, ['The field lags behind the atoms: NΓ/κ is 0.2.'])
    """

    N: int
    g: float
    kappa: float
    Delta: float
    Omega: float
    scattering: Scattering = UNDISTURBED

    def __post_init__(self):
        checks = {
            "N": arguments.positive_integer,
            "g": arguments.positive,
            "kappa": arguments.positive,
            "Delta": arguments.finite,
            "Omega": arguments.finite,
        }
        for name, check in checks.items():
            object.__setattr__(self, name, check(name, getattr(self, name)))
        arguments.instance("scattering", Scattering, self.scattering)

    @classmethod
    def tuned(cls, *, N, detuning, ratio, g, kappa, scattering=UNDISTURBED):
        """Experiment with given detuning Δ/κ and drive Ω/Ω_c; the rest as for `Experiment`."""
        detuning, ratio = arguments.finite("detuning", detuning), arguments.finite("ratio", ratio)
        Delta = detuning * arguments.positive("kappa", kappa)
        undriven = cls(N=N, g=g, kappa=kappa, Delta=Delta, Omega=0.0, scattering=scattering)
        return replace(undriven, Omega=ratio * undriven.model.Omega_c)

    @property
    def model(self):
        """Model of Eq. (4) with the rates of Eq. (3), in 1/s."""
        chi, Gamma = cavity_rates(self.g, self.kappa, self.Delta)
        return Model(N=self.N, chi=chi, Omega=self.Omega, Gamma=Gamma)

    @property
    def cooperativity(self):
        """C = 4g²/(κγ) of one atom; infinite where it does not decay by itself."""
        gamma = self.scattering.decay
        return 4 * self.g**2 / self.kappa / gamma if gamma else np.inf

    @property
    def phase(self):
        """Region of Fig. 5: "superradiant", "multistable" or "normal"."""
        m = self.model
        if abs(m.drive) <= 1:
            return "superradiant"
        return "multistable" if abs(m.Omega) < m.Omega_c else "normal"

    def stages(self):
        """Time constants on the way from the south pole to the steady state of Eq. (4).

        Returns
        -------
        dict of str to float
            Seconds, in the order in which the stages come; the last leads to the steady state.
        """
        return dict(self._stages)

    @cached_property
    def _stages(self):  # a report asks for them six times
        m = self.model
        found = {"field builds up": 2 / self.kappa, "atoms emit together": 2 / (m.N * m.Gamma)}
        turn = period(m)
        if np.isinf(turn) or not m.Omega:
            rate = -fixed_points(m)[0].eigenvalues[0].real
            if not rate > 0:
                arguments.refuse("Omega", "other than Ω_c, where the spin slows down", self.Omega)
            return found | {"spin comes to rest": 1 / rate}
        return found | {
            "spin turns once": turn,
            "turns dephase": decay_time(m.N, m.chi, m.Gamma),
            "spin diffuses to rest": 1
            / (m.Gamma * slowest_rate(abs(m.Omega) / m.Omega_c, m.twist)),
        }

    @property
    def settling_time(self):
        """Time until 5 % of the distance to the steady state of Eq. (4) are left, seconds."""
        return SETTLED * list(self.stages().values())[-1]

    def best_squeezing(self, points=300):
        """Smallest ξ² of Eq. (12) on the way, for the atoms that are left, and its time.

        Parameters
        ----------
        points : int, default 300
            Number of times tried, from 1/100 of the time of collective emission, or of a shorter
            turn, on: until the steady state, or for the first turn of a spin that oscillates.

        Returns
        -------
        xi2, time : float
            Time in seconds; 1 and 0 where ξ² never falls below 1.
        """
        stages = list(self.stages().values())
        end = stages[2] * (SETTLED * 3 if len(stages) == 3 else 1)
        if self.scattering.loss:
            end = min(end, 10 / self.scattering.loss)  # then no atoms are left
        first = min(stages[1], end) / 100
        ts = np.geomspace(first, end, arguments.positive_integer("points", points))
        xi2 = squeezing(gaussian_moments(self.model, self.scattering, ts))
        xi2 = xi2 * np.exp(-self.scattering.loss * ts)
        best = np.argmin(xi2)
        return (float(xi2[best]), float(ts[best])) if xi2[best] < 1 else (1.0, 0.0)

    def warnings(self):
        """Return a sentence for every assumption of Eq. (4) that fails, as a list.

        An assumption fails where the number that it takes to be small is above 0.1.
        """
        m, gamma = self.model, self.scattering.decay
        lag, force = m.N * m.Gamma / self.kappa, abs(m.Omega) / np.hypot(self.kappa / 2, self.Delta)
        free = gamma / (m.N * m.Gamma)
        pump = 8 * m.N * abs(m.Omega * self.Delta) / (self.kappa**2 + 4 * self.Delta**2)
        found, settling_time = [], self.settling_time
        if lag > SMALL:
            found.append(f"The field lags behind the atoms: NΓ/κ is {plain(lag)}.")
        elif "spin turns once" in self.stages() and pump > SMALL:
            found.append(
                f"The light pumps the turning spin along x: 8NΩΔ/(κ² + 4Δ²) is {plain(pump)}."
            )
        if force > SMALL:
            found.append(f"The drive outruns the field: Ω is {plain(force)} times |κ/2 + iΔ|.")
        if free > SMALL:
            found.append(f"Atoms emit alone, not together: γ/(NΓ) is {plain(free)}.")
        alone = {
            "decay": gamma * (1 + long_time_average(m)[2]) / 2,  # only while they are excited
            "dephase": self.scattering.dephasing,
            "are lost": self.scattering.loss,
        }
        for verb, rate in alone.items():
            share = -np.expm1(-rate * settling_time)
            if share > SMALL:
                found.append(f"Before the steady state {share:.0%} of the atoms {verb} alone.")
        return found

    def rows(self):
        """Yield what follows from the numbers as pairs of words."""
        m = self.model
        yield "χ/2π", prefixed(m.chi / (2 * np.pi), "Hz")
        yield "Γ/2π", prefixed(m.Gamma / (2 * np.pi), "Hz")
        yield "NΓ/2π", prefixed(m.N * m.Gamma / (2 * np.pi), "Hz")
        yield "Ω_c/2π", prefixed(m.Omega_c / (2 * np.pi), "Hz")
        yield "Ω/Ω_c", f"{m.Omega / m.Omega_c:.3g}"
        yield "cooperativity C", f"{self.cooperativity:.2g}"
        yield "phase", self.phase
        for stage, time in self.stages().items():
            yield stage, f"in {prefixed(time, 's')}"
        xi2, time = self.best_squeezing()
        decibels = np.round(10 * np.log10(xi2), 1) + 0.0  # no "-0.0"
        yield "best squeezing", f"{decibels:.1f} dB after {prefixed(time, 's')}"
        for sentence in self.warnings():
            yield "but", sentence

    def __str__(self):
        return "\n".join(f"{name:<24}{value}" for name, value in self.rows())

    def _repr_html_(self):
        rows = (f"<tr><th>{escape(a)}</th><td>{escape(b)}</td></tr>" for a, b in self.rows())
        return f'<table class="table">{"".join(rows)}</table>'


@cache
def slowest_rate(ratio, twist):
    """Slowest decay in the Liouvillian of a few atoms at Ω/Ω_c and 2χ/Γ, in units of Γ."""
    twist = min(abs(twist), LARGE)
    return gaps(Model.from_ratios(N=FEW, drive=ratio * np.hypot(1, twist), twist=twist)).real


def plain(number):
    """Two digits, as "3100" or "0.034".

    >>> plain(3061.7)
    '3100'
    """
    return f"{float(f'{number:.2g}'):g}"


def prefixed(value, unit):
    """Three digits with a unit, as "12.3 µs".

    >>> prefixed(-1.234e-5, "s")
    '-12.3 µs'
    """
    value = float(f"{value:.3g}")  # 999.9 Hz is 1 kHz
    power = 3 * int(np.floor(np.log10(abs(value)) / 3)) if value else 0
    power = min(max(power, min(PREFIXES)), 0 if unit == "s" else max(PREFIXES))  # no kiloseconds
    return f"{value / 10.0**power:g} {PREFIXES[power]}{unit}"
