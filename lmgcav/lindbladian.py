r"""Any collective model: Hamiltonian and jump operators that are polynomials in the spin.

.. math:: \dot\rho = -i[H, \rho]
          + \sum_i \left(L_i\rho L_i^\dagger - \tfrac12\{L_i^\dagger L_i, \rho\}\right)

On the multipoles, multiplication by J_x, J_y and J_z from the left and from the right is a few
sparse bands each (`multiplications`), and so are their products. As sums of commutators,

.. math::
   [J_a J_b, \rho] = J_a [J_b, \rho] + [J_a, \rho] J_b, \qquad
   \mathcal D[L]\rho = \tfrac12 [L, \rho L^\dagger] - \tfrac12 [L^\dagger, L\rho],

they lose no digits to the large terms that cancel in them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.sparse import csr_array, csr_matrix, diags_array, eye_array

from . import arguments
from .multipoles import spin_products

SPIN = {"x": (1, 0, 0), "y": (0, 1, 0), "z": (0, 0, 1), "+": (1, 1j, 0), "-": (1, -1j, 0)}
ADJOINT = str.maketrans("+-", "-+")
HIGHEST = 8  # degree of a polynomial
FEW = 50  # atoms, for which the whole generator is made at once
NOISE = 1e-14  # of the largest entry in its row, below which an entry is rounding


@dataclass(frozen=True, kw_only=True)
class Lindbladian:
    """A model of N atoms that share one spin N/2, to use in place of a `Model`.

    `evolve`, `stationary_state`, `eigenvalues`, `spectrum`, `gaps`, `correlation`, `photon_flux`
    and `emission_spectrum` take it.

    Parameters
    ----------
    N : int
        Number of atoms, at least 1.
    H : dict of str to float or complex
        The Hamiltonian, a rate, as the coefficients of products of x, y, z, + and - (J_x, …, J⁺,
        J⁻) from left to right: ``{"x": Omega, "+-": chi}`` is Ω J_x + χ J⁺J⁻. "" is 1.
    jumps : sequence of dict
        The jump operators L_i in the same way, each with the square root of its rate, as
        QuTiP's ``c_ops``: ``[{"-": np.sqrt(Gamma)}]`` is the collective decay of `Model`.

    Raises
    ------
    ValueError
        If a polynomial has another form or a degree above 8, or H is not Hermitian.

    Examples
    --------
    >>> from lmgcav import Model, eigenvalues
    >>> Omega, chi, Gamma = 4.0, 0.5, 1.0
    >>> same = Lindbladian(N=6, H={"x": Omega, "+-": chi}, jumps=[{"-": Gamma**0.5}])
    >>> eigenvalues(same, count=2).round(6)
    array([ 0.      +0.j, -0.911539+0.j])
    >>> eigenvalues(Model(N=6, chi=chi, Omega=Omega, Gamma=Gamma), count=2).round(6)
    array([ 0.      +0.j, -0.911539+0.j])
    """

    N: int
    H: Mapping
    jumps: tuple = ()

    def __post_init__(self):
        object.__setattr__(self, "N", arguments.positive_integer("N", self.N))
        object.__setattr__(self, "H", polynomial("H", self.H))
        if not isinstance(self.jumps, (list, tuple)):
            arguments.refuse("jumps", "a list of polynomials", self.jumps)
        jumps = tuple(polynomial("jumps in each entry", jump) for jump in self.jumps)
        object.__setattr__(self, "jumps", jumps)
        H = in_dicke_basis(self.N, self.H)
        if abs(H - H.conj().T).max() > 1e-12 * abs(H).max():
            arguments.refuse("H", "Hermitian", self.H)

    def __hash__(self):
        polynomials = (frozenset(words.items()) for words in (self.H, *self.jumps))
        return hash((self.N, *polynomials))

    @property
    def rate(self) -> float:
        """Rate of the dissipation, Γ for the jump operator √Γ J⁻; 0 without any."""
        j = self.N / 2
        return float(
            sum(
                sum(abs(c) * j ** (len(word) - 1) for word, c in jump.items()) ** 2
                for jump in self.jumps
            )
        )

    @property
    def Gamma(self) -> float:
        """Rate Γ of the emission into the cavity: that of the jump operators √Γ J⁻."""
        return float(sum(abs(jump["-"]) ** 2 for jump in self.jumps if [*jump] == ["-"]))

    def generator(self, K: int) -> csr_array:
        """Matrix on the real coordinates of `Multipoles`, truncated at rank K ≤ N.

        The leading block of the exact one, as `lmgcav.generator` gives it for a `Model`.

        Returns
        -------
        scipy.sparse.csr_array, shape ((K+1)², (K+1)²)
        """
        if arguments.positive_integer("K", K) > self.N:
            arguments.refuse("K", f"at most N = {self.N}", K)
        size = (K + 1) ** 2
        return whole(self)[:size, :size].copy() if self.N <= FEW else assembled(self, K)

    def to_qutip(self) -> tuple:
        """Hamiltonian and list of jump operators as `qutip.Qobj`; QuTiP must be installed."""
        return to_qutip(self.N, self.H, self.jumps)


@lru_cache(maxsize=1)
def whole(model):
    """Return the generator at the highest rank, whose blocks are those at the lower ones."""
    return assembled(model, model.N)


def assembled(model, K):
    """Return the generator of a `Lindbladian` up to rank K."""
    N = model.N
    degree, *others = [max(map(len, words), default=0) for words in (model.H, *model.jumps)]
    above = min(N, K + max(degree, *others, 1))  # as far as products lead that come back to K
    reach = max(degree, *(2 * other for other in others), 1)  # in k and in q
    size = (4000 + 700 * reach**2) * (above + 1) ** 2  # of all the products on the way
    arguments.fits_in_memory(f"The generator of N = {N} atoms at rank K = {K}", size)
    algebra = Algebra(N, above)
    matrix = -1j * algebra.commutator(model.H)
    for jump in model.jumps:
        back = adjoint(jump)
        matrix = matrix + algebra.commutator(jump) @ algebra.right(back) / 2
        matrix = matrix - algebra.commutator(back) @ algebra.left(jump) / 2
    return without_noise(matrix.real.tocsr()[: (K + 1) ** 2, : (K + 1) ** 2])


def polynomial(name, value):
    """Return a polynomial in the spin as a dictionary of words to complex, or refuse it."""
    if not isinstance(value, Mapping):
        arguments.refuse(name, 'a polynomial such as {"x": 1.0, "zz": 0.5}', value)
    for word in value:
        if not isinstance(word, str) or not {*word} <= {*SPIN} or len(word) > HIGHEST:
            allowed = f"made of products of x, y, z, + and -, at most {HIGHEST} in each"
            arguments.refuse(name, allowed, word)
    coefficients = arguments.finite_complex(name, [*value.values()])
    if coefficients.ndim != 1:
        arguments.refuse(name, "a polynomial with one number for each product", value)
    return dict(zip(value, coefficients.tolist(), strict=True))


def adjoint(words):
    """Return the adjoint of a polynomial."""
    return {word[::-1].translate(ADJOINT): complex(c).conjugate() for word, c in words.items()}


def in_dicke_basis(N, words):
    """Matrix of a polynomial in the Dicke basis, row 0 is m = +N/2, sparse (N+1, N+1)."""
    arguments.fits_in_memory(f"The Hamiltonian of N = {N} atoms", 16 * 20 * HIGHEST * (N + 1))
    row = np.arange(N + 1.0)
    plus = diags_array(np.sqrt(row[1:] * row[:0:-1]), offsets=1, dtype=complex).tocsr()
    one = eye_array(N + 1, dtype=complex, format="csr")
    z = diags_array(N / 2 - row, dtype=complex).tocsr()
    minus = plus.T.tocsr()
    spin = {"x": (plus + minus) / 2, "y": (plus - minus) / 2j, "z": z, "+": plus, "-": minus}
    total = csr_array((N + 1, N + 1), dtype=complex)
    for word, coefficient in words.items():
        product = one
        for letter in word:
            product = product @ spin[letter]
        total = total + coefficient * product
    return total


def to_qutip(N, H, jumps):
    """Polynomials H and jumps as `qutip.Qobj`: the Hamiltonian and a list of jump operators."""
    from qutip import Qobj

    operators = [Qobj(csr_matrix(in_dicke_basis(N, words))) for words in (H, *jumps)]
    return operators[0], operators[1:]


def multiplications(N: int, K: int) -> list[list[csr_array]]:
    """Multiplication by J_x, J_y, J_z from the left and from the right, on any operator.

    An operator has complex coordinates: those of its Hermitian part, plus i times those of its
    anti-Hermitian part over i.

    Parameters
    ----------
    N : int
    K : int
        1 ≤ K ≤ N. What would have rank K + 1 is lost.

    Returns
    -------
    left, right : list of scipy.sparse.csr_array, complex, shape ((K+1)², (K+1)²)

    Examples
    --------
    >>> left, right = multiplications(4, 4)
    >>> x, y, z = left  # J_x J_y - J_y J_x = i J_z
    >>> bool(abs(x @ y - y @ x - 1j * z).max() < 1e-14)
    True
    """
    pairs = list(zip(*spin_products(N, K), strict=True))
    return [[(plus + sign * 1j * turn) / 2 for plus, turn in pairs] for sign in (1, -1)]


class Algebra:
    """Matrices of what a polynomial does to an operator, on its complex coordinates."""

    def __init__(self, N, K):
        left, right = multiplications(N, K)
        self.one = eye_array((K + 1) ** 2, dtype=complex, format="csr")
        self.sides = [
            {name: combined(v, side) for name, v in SPIN.items()}
            for side in (left, right, [a - b for a, b in zip(left, right, strict=True)])
        ]

    def product(self, side, factors):
        """Matrix of several multiplications, the last of which acts first."""
        matrix = self.one
        for factor in factors:
            matrix = matrix @ self.sides[side][factor]
        return matrix

    def left(self, words):
        """Matrix of X → P X."""
        return sum((c * self.product(0, word) for word, c in words.items()), 0 * self.one)

    def right(self, words):
        """Matrix of X → X P."""
        return sum((c * self.product(1, word[::-1]) for word, c in words.items()), 0 * self.one)

    def commutator(self, words):
        """Matrix of X → [P, X]."""
        total = 0 * self.one
        for word, c in words.items():
            for i, letter in enumerate(word):
                around = self.product(0, word[:i]) @ self.product(1, word[:i:-1])
                total = total + c * around @ self.sides[2][letter]
        return total


def combined(v, matrices):
    """Return v·M for the components v along x, y, z."""
    return sum(c * matrix for c, matrix in zip(v, matrices, strict=True) if c)


def without_noise(matrix):
    """Remove what rounding has left, and the row of the trace, which is conserved."""
    largest = abs(matrix).max(1).toarray().ravel()
    row = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    matrix.data[(abs(matrix.data) <= NOISE * largest[row]) | (row == 0)] = 0
    matrix.eliminate_zeros()
    return matrix
