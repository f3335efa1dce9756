r"""A cavity experiment in SI units, from its hardware to the stages of Eq. (4), Sec. VI.

Eq. (3) turns coupling, linewidth and detuning into χ and Γ. Their ratio is 2χ/Γ = 2Δ/κ, and one
number compares the cavity with emission into free space, the cooperativity

.. math:: C = \frac{4 g^2}{\kappa\gamma} = \frac{6 F}{\pi^3}\,\frac{\lambda_0^2}{w_0^2},

the second form for a two-level atom at an antinode of a mode of waist w_0 and wavelength λ_0
between mirrors of finesse F.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import NamedTuple

import numpy as np

from . import arguments
from .basins import long_time_average, period
from .envelope import decay_time
from .exact_dynamics import evolve, largest_frequency
from .extrema import extrema
from .fluctuations import gaussian_moments
from .mean_field import fixed_points
from .model import Model, cavity_rates
from .moments import squeezing
from .scattering import Scattering, sampled_moments, scattered_moments
from .spectrum import gaps

UNDISTURBED = Scattering()
SMALL = 0.1  # what the model takes to be small is broken above it
SETTLED = 3  # time constants of the last stage until the steady state: e^-3 = 5 % are left
FEW = 60  # atoms for the slowest eigenvalue, which in units of Γ hardly depends on N
WORK = 2e7  # products of numbers that the exact dynamics may take
DISTURBED = 12  # atoms, at most, that are disturbed one by one in the exact dynamics
TURNED = 100.0  # angle, at most, of a spin whose paths are sampled
SAMPLES = 4000  # paths
ACCURATE = 0.05  # of ξ², the error of the Gaussian approximation below which it is used
LARGE = 1000  # 2χ/Γ, and Ω/Ω_c, beyond which that eigenvalue depends on the other alone


def coupling(
    *, finesse: float, waist: float, wavelength: float, kappa: float, gamma: float
) -> float:
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


class BestSqueezing(NamedTuple):
    """Smallest ξ² on the way, and how it was found.

    Attributes
    ----------
    xi2 : float
        ξ² of Eq. (12) for the atoms that are left; 1 where it never falls below 1.
    time : float
        Seconds; 0 where there is no squeezing.
    method : str
        "exact", "sampled" (paths of `sampled_moments`) or "Gaussian" (`gaussian_moments`).
    error : float
        Of ξ²: a bound where it is exact, four standard deviations and a fraction of 2/N where it
        is sampled, and the estimate N v²/2 for the Gaussian approximation, where v is the largest
        variance of the Bloch vector: so much does the curvature of the sphere add to the narrow
        side of a distribution that is as long as that.
    """

    xi2: float
    time: float
    method: str
    error: float


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
    ('superradiant', 200, ['Eq. (4) takes NΓ/κ to be small: 0.2'])
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
    def tuned(
        cls,
        *,
        N: int,
        detuning: float,
        ratio: float,
        g: float,
        kappa: float,
        scattering: Scattering = UNDISTURBED,
    ):
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

    def best_squeezing(self, points: int = 300):
        """Smallest ξ² of Eq. (12) on the way, for the atoms that are left, and its time.

        Parameters
        ----------
        points : int, default 300
            Number of times tried, from 1/100 of the time of collective emission, or of a shorter
            turn, on: until the steady state, or for the first turn of a spin that oscillates.

        Returns
        -------
        BestSqueezing
            By the exact dynamics where it is short; for more atoms as Gaussian fluctuations where
            these are small, and by sampling where they are not.
        """
        stages = list(self.stages().values())
        end = stages[2] * (SETTLED * 3 if len(stages) == 3 else 1)
        if self.scattering.loss:
            end = min(end, 10 / self.scattering.loss)  # then no atoms are left
        first = min(stages[1], end) / 100
        ts = np.geomspace(first, end, max(arguments.positive_integer("points", points), 4))
        ts, xi2, errors, method = squeezing_in_time(self.model, self.scattering, ts)
        best = np.argmin(xi2)
        time, least, error = ts[best], xi2[best], errors[best].item()
        logarithms, heights = extrema(np.log(ts), xi2)
        if heights.size and heights.min() < least:
            time, least = np.exp(logarithms[np.argmin(heights)]), heights.min()
        if least > 1 - error:
            return BestSqueezing(1.0, 0.0, method, error)
        return BestSqueezing(max(least.item(), 2 / (self.N + 2)), time.item(), method, error)

    def assumptions(self):
        """Return the numbers that Eq. (4) takes to be small.

        Returns
        -------
        dict of str to float
            By their formula, or for the fractions of the atoms that something happens to before
            the steady state, by what it is. The pump is left out where the spin does not turn,
            or the light does not follow.
        """
        m, gamma = self.model, self.scattering.decay
        lag = m.N * m.Gamma / self.kappa
        found = {
            "NΓ/κ": lag,
            "Ω/|κ/2 + iΔ|": abs(m.Omega) / np.hypot(self.kappa / 2, self.Delta),
            "γ/(NΓ)": gamma / (m.N * m.Gamma),
        }
        if "spin turns once" in self.stages() and lag <= SMALL:
            pump = 8 * m.N * abs(m.Omega * self.Delta) / (self.kappa**2 + 4 * self.Delta**2)
            found["8NΩΔ/(κ² + 4Δ²)"] = pump
        alone = {
            "the fraction that decays": gamma
            * (1 + long_time_average(m)[2])
            / 2,  # only while they are excited
            "the fraction that dephases": self.scattering.dephasing,
            "the fraction that is lost": self.scattering.loss,
        }
        return found | {
            fraction: -np.expm1(-rate * self.settling_time) for fraction, rate in alone.items()
        }

    def warnings(self):
        """Return each of the `assumptions` that fails, because its number is above 0.1."""
        failed = {name: value for name, value in self.assumptions().items() if value > SMALL}
        return [f"Eq. (4) takes {name} to be small: {value:.2g}" for name, value in failed.items()]


def squeezing_in_time(model, scattering, ts):
    """Return times among ts, ξ² for the atoms that are left, its errors, and the method."""
    alone = scattering != UNDISTURBED
    if alone and model.N <= DISTURBED and turns(model, ts[-1]) < 10 * TURNED:
        moments, error = scattered_moments(model, scattering, ts), 1e-6
    elif not alone and exact_work(model, ts[-1]) < WORK / 30:
        moments, error = exactly(model, ts)
    else:
        xi2, errors, method = approximately(model, scattering, ts)
        ts_kept = ts[ts <= 1.5 * ts[np.argmin(xi2)]]  # later the distribution is finer
        if alone or ts_kept.size < 4 or exact_work(model, ts_kept[-1]) > WORK:
            return ts, xi2, errors, method
        ts = ts_kept
        moments, error = exactly(model, ts)
    left = np.exp(-scattering.loss * ts)
    length2 = (moments.bloch**2).sum(-1)
    return ts, left * squeezing(moments), 9 * model.N * error / length2, "exact"


def exactly(model, ts):
    """Return the moments of Eq. (4) at the times ts, and their error."""
    trajectory = evolve(model, ts, tol=1e-4 / model.N, progress=False)
    return trajectory.moments, trajectory.error


def approximately(model, scattering, ts):
    """Return ξ² for the atoms that are left at the times ts, its errors, and the method."""
    N, left = model.N, np.exp(-scattering.loss * ts)
    moments = gaussian_moments(model, scattering, ts, largest=np.inf)
    xi2 = left * squeezing(moments)
    widths = np.linalg.eigvalsh(moments.covariance)[:, -1] / (N / 2) ** 2
    errors, best = N / 2 * widths**2, np.argmin(xi2)
    if errors[best] < ACCURATE * xi2[best] or turns(model, ts[-1]) > TURNED:
        return xi2, errors, "Gaussian"
    xi2 = left * squeezing(sampled_moments(model, scattering, ts, samples=SAMPLES))
    return xi2, xi2 * (4 * np.sqrt(2 / SAMPLES) + 2 / N), "sampled"


def turns(model, end):
    """Angle by which the spin turns at most until ``end``."""
    return end * max(abs(model.Omega), model.Omega_c)


def exact_work(model, end):
    """Return about how many multiplications `evolve` takes until ``end`` by steps."""
    K = min(model.N, np.sqrt(10 * model.N) + 2)
    return largest_frequency(model, K) * end * (K + 1) ** 2


@cache
def slowest_rate(ratio, twist):
    """Slowest decay in the Liouvillian of a few atoms at Ω/Ω_c and 2χ/Γ, in units of Γ."""
    ratio, twist = min(ratio, LARGE), min(abs(twist), LARGE)
    return gaps(Model.from_ratios(N=FEW, drive=ratio * np.hypot(1, twist), twist=twist)).real
