r"""The driven, collectively decaying spin of Eq. (4) and its parameters.

.. math:: \dot\rho = -i[\chi J^+J^- + \Omega J_x, \rho]
          + \Gamma\left(J^-\rho J^+ - \tfrac12\{J^+J^-, \rho\}\right)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import csr_array

from . import arguments

LARGEST_RATIO = 1e50  # of χ or Ω to Γ; its squares stay far from overflow


@dataclass(frozen=True, kw_only=True)
class Model:
    """Parameters of Eq. (4): N two-level atoms that decay and exchange collectively.

    All rates share one unit, and time is in its inverse (ħ = 1).

    Parameters
    ----------
    N : int
        Number of atoms, at least 1.
    chi : float
        Rate χ of the exchange mediated by the cavity; either sign.
    Omega : float
        Rabi frequency Ω of the resonant drive; either sign.
    Gamma : float, default 1
        Rate Γ > 0 of the collective decay.

    Raises
    ------
    ValueError
        If N is no positive integer, a rate is not finite, Γ ≤ 0, or |χ| or |Ω| is above 1e50 Γ.

    Examples
    --------
    >>> m = Model(N=400, chi=0.9375, Omega=434)
    >>> m.drive, m.twist, m.Omega_c
    (2.17, 1.875, 425.0)
    """

    N: int
    chi: float
    Omega: float
    Gamma: float = 1.0

    def __post_init__(self):
        object.__setattr__(self, "N", arguments.positive_integer("N", self.N))
        for name, check in [
            ("chi", arguments.finite),
            ("Omega", arguments.finite),
            ("Gamma", arguments.positive),
        ]:
            object.__setattr__(self, name, check(name, getattr(self, name)))
        for name in ("chi", "Omega"):
            if abs(getattr(self, name)) > LARGEST_RATIO * self.Gamma:
                arguments.refuse(name, f"below {LARGEST_RATIO:g} Γ in size", getattr(self, name))

    @classmethod
    def from_ratios(
        cls, *, N: int | None = None, drive: float, twist: float = 0.0, Gamma: float = 1.0
    ) -> Model:
        """Model with given ``drive`` = 2Ω/(NΓ) and ``twist`` = 2χ/Γ, the ratios the paper plots.

        >>> Model.from_ratios(N=400, drive=2.17, twist=1.875)
        Model(N=400, chi=0.9375, Omega=434.0, Gamma=1.0)
        """
        N = arguments.positive_integer("N", N)
        drive, twist = arguments.finite("drive", drive), arguments.finite("twist", twist)
        Gamma = arguments.positive("Gamma", Gamma)
        return cls(N=N, chi=twist * Gamma / 2, Omega=drive * N * Gamma / 2, Gamma=Gamma)

    @property
    def drive(self) -> float:
        """Drive 2Ω/(NΓ), dimensionless."""
        return 2 * self.Omega / (self.N * self.Gamma)

    @property
    def twist(self) -> float:
        """Twist 2χ/Γ, dimensionless."""
        return 2 * self.chi / self.Gamma

    @property
    def alpha(self) -> complex:
        """Displacement α = iΩ / (Γ - 2iχ) of Eq. (6), complex."""
        return 1j * self.Omega / (self.Gamma - 2j * self.chi)

    @property
    def rate(self) -> float:
        """Rate of the dissipation, Γ."""
        return self.Gamma

    @property
    def Omega_c(self) -> float:
        """Critical drive Ω_c = (N/2) sqrt(Γ² + 4χ²) of Eq. (11), a rate."""
        return self.N / 2 * np.hypot(self.Gamma, 2 * self.chi).item()

    def to_qutip(self):
        """Hamiltonian and list of jump operators as `qutip.Qobj`; QuTiP must be installed."""
        from qutip import jmat

        Jx, Jp, Jm = (jmat(self.N / 2, axis) for axis in "x+-")
        return self.chi * Jp @ Jm + self.Omega * Jx, [np.sqrt(self.Gamma) * Jm]


@runtime_checkable
class Dynamics(Protocol):
    """What has a place where a `Model` has one, such as a `Lindbladian`.

    Attributes
    ----------
    N : int
        Number of atoms.
    rate : float
        Rate of the dissipation, Γ for the decay of `Model`, at which single atoms would feel it;
        0 without any. It sets where methods begin to search, and the unit of small errors.
    """

    @property
    def N(self) -> int:
        """Number of atoms."""
        ...

    @property
    def rate(self) -> float:
        """Rate of the dissipation."""
        ...

    def generator(self, K: int) -> csr_array:
        """Matrix of dρ/dt on the real coordinates of `Multipoles` of rank up to K ≤ N, sparse.

        It conserves the trace: its first row is zero.
        """


def any_model(model):
    """Return ``model`` if it is a `Model` or other `Dynamics`."""
    if not isinstance(model, (Model, Dynamics)):
        arguments.refuse("model", "of the class Model or Lindbladian", model)
    return model


def cavity_rates(g: ArrayLike, kappa: ArrayLike, Delta: ArrayLike) -> tuple:
    """Return the exchange rate χ and the decay rate Γ of Eq. (3).

    χ = 4g²Δ / (4Δ² + κ²) and Γ = 4g²κ / (4Δ² + κ²), so that twist 2χ/Γ = 2Δ/κ.

    Parameters
    ----------
    g, kappa, Delta : float or array_like
        Coupling, linewidth κ > 0 and detuning of the cavity (any common unit); broadcast.

    Returns
    -------
    chi, Gamma : float or numpy.ndarray
        In the same unit.

    Raises
    ------
    ValueError
        If an argument is not finite, or κ ≤ 0.

    Examples
    --------
    >>> cavity_rates(g=1.0, kappa=20.0, Delta=0.0)
    (0.0, 0.2)
    """
    g, Delta = arguments.finite_array("g", g), arguments.finite_array("Delta", Delta)
    linewidth = arguments.finite_array("kappa", kappa)
    if (linewidth <= 0).any():
        arguments.refuse("kappa", "positive", kappa)
    if (linewidth < 1 / arguments.LARGEST).any():
        arguments.refuse("kappa", f"at least {1 / arguments.LARGEST:g}", kappa)
    common = 4 * g**2 / (4 * Delta**2 + linewidth**2)
    chi, Gamma = common * Delta, common * linewidth
    return (chi.item(), Gamma.item()) if chi.ndim == 0 else (chi, Gamma)


def coherent(theta: ArrayLike, phi: ArrayLike = 0.0) -> np.ndarray:
    """Bloch vector of a coherent spin state, a start for `mean_field` and `evolve`.

    Parameters
    ----------
    theta, phi : float
        Polar angle from +z and azimuth from +x, in radians.

    Returns
    -------
    numpy.ndarray, shape (3,)
        Unit vector in the order x, y, z.

    Examples
    --------
    >>> coherent(np.pi)
    array([ 0.,  0., -1.])
    """
    theta, phi = arguments.finite("theta", theta), arguments.finite("phi", phi)
    start = np.array([np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi), np.cos(theta)])
    start[abs(start) < np.finfo(float).eps] = 0.0  # poles and axes exactly, although π is rounded
    return start


SOUTH_POLE = coherent(np.pi)  # all atoms de-excited
SOUTH_POLE.flags.writeable = False


def bloch_vectors(start):
    """Return ``start`` as unit Bloch vectors on the last axis, or refuse it."""
    vectors = arguments.finite_array("start", start)
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True) if vectors.ndim else np.array(0)
    if vectors.shape[-1:] != (3,) or (abs(lengths - 1) > 1e-9).any():
        arguments.refuse(
            "start", "a unit Bloch vector (x, y, z), such as coherent(theta, phi)", start
        )
    return vectors / lengths


def bloch_vector(start):
    """Return ``start`` as the unit Bloch vector of one coherent state, shape (3,), or refuse it."""
    vectors = bloch_vectors(start)
    if vectors.ndim != 1:
        arguments.refuse("start.shape", "(3,), a single Bloch vector", vectors.shape)
    return vectors
