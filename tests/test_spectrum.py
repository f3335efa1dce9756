"""Sec. V: the spectrum against dense, extended-precision and QuTiP's diagonalisation."""

from itertools import pairwise

import numpy as np
import pytest
import qutip
from conftest import PHASES, random_model
from scipy.linalg import expm
from scipy.optimize import linear_sum_assignment
from scipy.sparse.linalg import eigs

import lmgcav as lmg
from lmgcav.multipoles import Multipoles, generator
from lmgcav.spectrum import mean_field_eigenvalues, pseudospectrum

TWIST = 1.875


def model(N, drive, twist=TWIST, **unit):
    return lmg.Model.from_ratios(N=N, drive=drive, twist=twist, **unit)


def liouvillian(m):
    Jx, Jp, Jm = (qutip.jmat(m.N / 2, which) for which in "x+-")
    return qutip.liouvillian(m.chi * Jp @ Jm + m.Omega * Jx, [np.sqrt(m.Gamma) * Jm])


def distances(values, reference):
    """Distance of each value to its own partner, so that a value found twice has none nearby."""
    apart = abs(values[:, None] - reference)
    return apart[linear_sum_assignment(apart)]


def nearest(values, count):
    """The first ``count`` by size, and a few beyond, where the cut may fall differently."""
    return values[np.argsort(abs(values))][: count + 2]


# --- Extended precision


def slices(matrix, axis, number=6, bits=20):
    """Parts of a matrix whose products with other such parts are exact in double precision."""
    for _ in range(number):
        largest = np.maximum(abs(matrix.real), abs(matrix.imag)).max(axis, keepdims=True)
        unit = 2.0 ** (np.ceil(np.log2(np.where(largest > 0, largest, 1))) - bits)
        part = np.round(matrix / unit) * unit
        matrix = matrix - part
        yield part


def product(left, right):
    """Product of two matrices, each a list of summands, to about 30 digits: high and low part."""
    high = low = 0
    for a, b in [(a, b) for a in left for b in right]:
        parts = list(slices(b, 0))
        for i, part in enumerate(slices(a, 1)):
            for other in parts[: len(parts) - i]:
                term = part @ other
                total = high + term
                back = total - high
                low = low + ((high - (total - back)) + (term - back))
                high = total
    return [high, low]


def extended(m):
    """All eigenvalues, from a Liouvillian without rounding and double-double arithmetic.

    In the basis where J⁺ and J⁻ have the integer elements N - k and k, the Liouvillian is exact.
    With X from double precision and Y ≈ X⁻¹, its spectrum is that of (YX)⁻¹ (Y𝓛X), a matrix so
    close to diagonal that double precision is enough for the rest. The second result are the
    amplitudes in the motion of <J_z>/(N/2) from the south pole.
    """
    k = np.arange(m.N + 1)
    Jp, Jm, one = np.diag(m.N - k[:-1], -1), np.diag(k[1:], 1), np.eye(m.N + 1)
    H = m.chi * Jp @ Jm + m.Omega / 2 * (Jp + Jm)
    L = -1j * (np.kron(H, one) - np.kron(one, H.T)) + m.Gamma * np.kron(Jm, Jp.T)
    L = L - m.Gamma / 2 * (np.kron(Jp @ Jm, one) + np.kron(one, (Jp @ Jm).T))
    norms = np.cumprod(np.append(1, np.sqrt((m.N - k[:-1]) / k[1:])))
    scale = np.outer(norms, 1 / norms).ravel()
    X = np.linalg.eig(L * scale / scale[:, None])[1]
    X, Y = scale[:, None] * X, np.linalg.inv(X) / scale
    projected, overlap = product([Y], product([L], [X]))[0], product([Y], [X])[0]
    values, V = np.linalg.eig(np.linalg.solve(overlap, projected))
    weights = np.linalg.solve(overlap @ V, Y[:, 0])  # of the state without excitations, k = 0
    return values, weights * (np.diag(k / (m.N / 2) - 1).ravel() @ X @ V)


def extended_eigenvalues(m):
    return extended(m)[0]


@pytest.mark.parametrize("drive", [0.25, 0.5, 0.875, 1.25, 2.5])
@pytest.mark.parametrize("N", [12, 15])
def test_errors_bound_the_distance_to_extended_precision(N, drive):
    levels = lmg.spectrum(model(N, drive), count=30)
    exact = distances(levels.values, nearest(extended_eigenvalues(levels.model), 40))
    assert (exact <= levels.error + 1e-13 * N**2).all()
    if drive > 1:
        assert levels.trusted.all()


def test_errors_are_no_more_than_a_few_hundred_times_too_large():
    levels = lmg.spectrum(model(15, 0.5), count=30)
    exact = distances(levels.values, nearest(extended_eigenvalues(levels.model), 40))
    assert 1 < np.median(levels.error[1:] / exact[1:]) < 500


CLUSTERS = [  # of N = 40 at 2Ω/(NΓ) = 0.5: inverse iteration with 300 bits in the Dicke basis
    [-75.10331665, -75.10331968, -75.1033212 + 2.62731928e-6j, -75.1033212 - 2.62731928e-6j],
    [
        -92.06432588 + 32.19136733j,
        -92.06435809 + 32.19128618j,
        -92.06436541 + 32.19133605j,
        -92.06441227 + 32.19135465j,
    ],
    [
        -107.80142327 + 62.18099021j,
        -107.8018923 + 62.1812221j,
        -107.80232766 + 62.18093185j,
        -107.80192596 + 62.18174423j,
    ],
]


def test_errors_cover_all_of_a_cluster_whose_middle_looks_well_conditioned():
    levels = lmg.spectrum(model(40, 0.5), 120)
    for cluster in CLUSTERS:
        four = np.argsort(abs(levels.values - np.mean(cluster)))[:4]
        apart = abs(levels.values[four, None] - cluster)
        assert (apart.max(1) <= levels.error[four]).all()
        assert (levels.error[four] < abs(levels.values[four])).all()
        assert levels.error[four].min() < 1e4 * apart.max()  # of 600 where this was written


@pytest.mark.parametrize(("N", "seed"), [(10, 0), (14, 1), (18, 2), (24, 3)])
def test_errors_bound_the_distance_to_extended_precision_at_random_points(N, seed):
    rng = np.random.default_rng(seed)
    drive, twist = 10 ** rng.uniform(-1.3, 0.7), 10 ** rng.uniform(-1, 1.7)
    m = model(N, drive, rng.choice([-1, 1]) * twist)
    levels = lmg.spectrum(m, count=30)
    exact = distances(levels.values, nearest(extended_eigenvalues(m), 40))
    scale = np.hypot(1, twist) * N**2
    assert (exact <= levels.error + 1e-13 * scale).all()


def test_condition_numbers_grow_exponentially_with_N_below_the_first_closing():
    worst = [np.log(lmg.spectrum(model(N, 0.75), count=20).condition.max()) for N in (8, 16, 24)]
    below, above = np.diff(worst)
    assert below > np.log(10)
    assert above == pytest.approx(below, rel=0.5)


# --- No eigenvalue missed or doubled


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("N", [20, 25, 30])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_arnoldi_finds_the_eigenvalues_of_dense_diagonalisation(N, phase, seed):
    m = random_model(N, phase, seed)
    levels = lmg.spectrum(m, count=30)
    expected = np.linalg.eigvals(generator(m, N).toarray())
    limit = 10 * levels.error + 1e-10 * N**2 * m.Gamma  # of both methods
    apart = distances(levels.values, expected)
    assert (apart <= limit).all()
    sizes = np.sort(abs(expected))[: levels.values.size]
    assert (abs(abs(levels.values) - sizes) <= limit.max()).all()


def test_no_copy_of_a_double_level_is_missed():
    m = model(30, 1.5, twist=50)  # pairs closer than rounding, with independent eigenvectors
    found, dense = lmg.eigenvalues(m, 30), np.linalg.eigvals(generator(m, 30).toarray())
    double = [v for v in dense if (abs(dense - v) < 1e-7).sum() == 2 and abs(v) < 90]
    assert len(double) >= 4
    assert [(abs(found - v) < 1e-6).sum() for v in double] == [2] * len(double)


@pytest.mark.parametrize("drive", [1.2, 2.1])
def test_eigenvalues_of_sixty_atoms_equal_those_in_the_dicke_basis(drive):
    m = model(60, drive)
    L = liouvillian(m).data.as_scipy().tocsc()
    expected = eigs(L, k=40, sigma=0.1, return_eigenvectors=False, tol=1e-12)
    levels = lmg.spectrum(m, count=30)
    assert (distances(levels.values, expected) <= 3 * levels.error + 1e-9).all()


def test_more_eigenvalues_start_with_the_fewer():
    m = model(40, 2.2)
    many, few = lmg.eigenvalues(m, 80), lmg.eigenvalues(m, 20)
    np.testing.assert_allclose(few, many[: few.size], atol=1e-9)


def test_fewer_are_returned_where_there_are_no_more():
    assert lmg.eigenvalues(model(3, 1.5), count=150).shape == (16,)


@pytest.mark.parametrize("count", [1, 2, 3, 10, 11, 12, 13, 40])
@pytest.mark.parametrize("drive", [0, 0.6, 2.3])
def test_eigenvalues_ascend_from_zero_and_come_with_their_conjugates(drive, count):
    values = lmg.eigenvalues(model(20, drive), count)
    assert values[0] == 0
    assert (np.diff(abs(values)) > -1e-12).all()
    assert (np.sort_complex(values) == np.sort_complex(values.conj())).all()
    assert count <= values.size <= count + (1 if drive else 7)


# --- Exact spectra and symmetries


def test_one_atom_has_the_rates_of_the_optical_bloch_equations():
    Gamma, Omega = 1.3, 0.9
    m = lmg.Model(N=1, chi=0.4, Omega=Omega, Gamma=Gamma)
    x, y, z = -Gamma / 2, -Gamma / 2, -Gamma  # with the shift χ of the level
    matrix = [[x, -0.4, 0], [0.4, y, -Omega], [0, Omega, z]]
    expected = np.append(0, np.linalg.eigvals(matrix))
    assert distances(lmg.eigenvalues(m), expected).max() < 1e-12


@pytest.mark.parametrize("N", [5, 6])
def test_without_drive_the_spectrum_is_the_diagonal_in_the_dicke_basis(N):
    m = lmg.Model(N=N, chi=0.7, Omega=0, Gamma=1.3)
    expected = np.diag(liouvillian(m).full())
    assert distances(lmg.eigenvalues(m), expected).max() < 1e-12


def test_without_drive_levels_with_excitations_on_both_sides_are_fourfold():
    values = lmg.eigenvalues(lmg.Model(N=10, chi=0.7, Omega=0), 200)
    single, both = -5 - 7j, -(10 + 18) / 2 - 0.7j * (10 - 18)
    assert [np.isclose(values, at).sum() for at in (0, single, both)] == [1, 2, 4]


def test_signs_of_drive_and_exchange_leave_the_spectrum_unchanged():
    spectra = [
        lmg.eigenvalues(model(25, drive, twist), 21) for drive in (1.6, -1.6) for twist in (2, -2)
    ]
    for other in spectra[1:]:
        assert distances(spectra[0], other).max() < 1e-8


def test_spectrum_has_the_unit_of_the_rates():
    one, seven = (lmg.eigenvalues(model(12, 1.4, Gamma=unit), 21) for unit in (1, 7))
    assert distances(7 * one, seven).max() < 1e-10


# --- Eigenvectors


def test_vectors_are_eigenvectors_and_orthogonal_to_each_other():
    levels = lmg.spectrum(model(30, 2.2), count=40)
    L = generator(levels.model, 30)
    size = abs(L).max()
    np.testing.assert_allclose(L @ levels.right, levels.values * levels.right, atol=1e-11 * size)
    image = L.T @ levels.left / levels.condition
    np.testing.assert_allclose(
        image, levels.values * levels.left / levels.condition, atol=1e-9 * size
    )
    np.testing.assert_allclose(levels.left.T @ levels.right, np.eye(levels.values.size), atol=1e-9)


def test_first_mode_is_the_steady_state():
    levels = lmg.spectrum(model(20, 1.9), count=10)
    rho = levels.modes.density_matrix[0]
    np.testing.assert_allclose(rho / np.trace(rho), lmg.steady_state(levels.model), atol=1e-12)


@pytest.mark.parametrize("start", [lmg.SOUTH_POLE, lmg.coherent(1.1, 0.4)])
def test_all_modes_together_carry_the_exact_motion(start):
    m = model(6, 1.5)
    levels, t = lmg.spectrum(m, count=100), 0.37
    x = expm(t * generator(m, 6).toarray()) @ Multipoles.coherent(6, start, K=6).coordinates
    expected = Multipoles.from_coordinates(6, x).moments.bloch
    s = (levels.amplitudes(start) * np.exp(levels.values * t)[:, None]).sum(0)
    np.testing.assert_allclose(s, expected, atol=1e-9)


@pytest.mark.parametrize(("N", "drive"), [(10, 0.05), (30, 0.6), (12, 0.8)])
def test_amplitudes_of_all_modes_are_those_of_the_motion_although_levels_coincide(N, drive):
    start = lmg.coherent(1.1, 0.4)
    levels = lmg.spectrum(model(N, drive), (N + 1) ** 2)
    amplitudes = levels.amplitudes(start)
    np.testing.assert_allclose(amplitudes.sum(0), start, atol=1e-12)
    run = lmg.evolve(levels.model, [1 / N, 5 / N], start, tol=1e-6)
    s = np.exp(np.outer(run.ts, levels.values)) @ amplitudes
    np.testing.assert_allclose(s, run.moments.bloch, atol=run.error + 1e-12)


@pytest.mark.parametrize(
    ("N", "drive", "twist"), [(15, 0.5, TWIST), (14, 0.7, 8), (18, 0.4, -3), (11, 0.2, 0.5)]
)
def test_errors_of_amplitudes_are_covered_and_of_the_right_size(N, drive, twist):
    levels = lmg.spectrum(model(N, drive, twist), 30)
    values, amplitudes = extended(levels.model)
    partner = linear_sum_assignment(abs(levels.values[:, None] - values))[1]
    off = abs(levels.amplitudes()[:, 2] - amplitudes[partner])
    error = levels.amplitude_errors()[:, 2]
    assert (off <= error + 1e-12).all()  # of the reference
    doubtful = off > 1e-10
    assert doubtful.sum() > 2
    assert np.median(error[doubtful] / off[doubtful]) < 50


def test_amplitudes_of_a_cluster_are_known_as_their_sum():
    # N = 50 at 2Ω/(NΓ) = 0.9, in 320 bits: three levels with 0.0435 each, and one with 6e-22
    exact = [0.04347520759596434, 0.0434756499403, 0.0434756499403, 0]
    levels = lmg.spectrum(model(50, 0.9), 60)
    four = np.argsort(abs(levels.values + 44.808317))[:4]
    found, error = levels.amplitudes()[four, 2], levels.amplitude_errors()[four, 2]
    assert found.sum() == pytest.approx(sum(exact), abs=1e-6)
    off = abs(found[:, None] - exact).max(1)  # whichever is which
    assert (off <= error).all()
    assert (error < 20 * off).all()


# --- Gaps, mean field, pseudospectrum


@pytest.mark.parametrize(
    ("drive", "twist"), [(0.5, 10), (0.9, -10), (0.3, 40), (8, 10), (0.5, -53)]
)
def test_slowest_decay_is_found_where_it_oscillates_fast(drive, twist):
    m = model(14, drive, twist)
    expected = np.linalg.eigvals(generator(m, 14).toarray()[1:, 1:]).real.max()
    assert lmg.gaps(m).real == pytest.approx(-expected, rel=1e-6)
    assert lmg.gaps(model(14, 0, twist)).real == pytest.approx(7)


@pytest.mark.parametrize("seed", range(8))
def test_slowest_decay_is_that_of_all_eigenvalues_at_random_points(seed):
    rng = np.random.default_rng(seed)
    m = model(13, 10 ** rng.uniform(-1.3, 1.1), rng.uniform(-60, 60))
    expected = np.linalg.eigvals(generator(m, 13).toarray()[1:, 1:]).real.max()
    assert lmg.gaps(m).real == pytest.approx(-expected, rel=1e-6)


def test_imaginary_gap_is_found_where_the_nearest_levels_are_all_real():
    m = model(30, 6 * np.hypot(1, TWIST))
    values = np.linalg.eigvals(generator(m, 30).toarray()[1:, 1:])
    oscillating = values[values.imag > 1]
    nearest_one = oscillating[abs(oscillating).argmin()]
    assert (lmg.eigenvalues(m, 8).imag == 0).all()
    assert lmg.gaps(m, 8).imaginary == pytest.approx(nearest_one.imag, rel=1e-6)
    assert nearest_one.imag == pytest.approx(m.Omega, rel=0.1)


@pytest.mark.parametrize(
    ("at", "column", "width", "height", "scaled"),
    [(1, 0, 4 / 7, 1 / 7, [0, 0.4, 0.8]), (np.hypot(1, TWIST), 1, 2 / 3, 1 / 3, [0, 1])],
)
def test_gaps_of_all_N_collapse_onto_one_curve(at, column, width, height, scaled):
    curves = [
        [lmg.gaps(model(N, at + x / N**width))[column] * N ** (height - 1) for x in scaled]
        for N in (30, 60, 120)
    ]
    first, second = (np.ptp(pair, axis=0) / pair[1] for pair in pairwise(curves))
    assert first.max() < 0.06
    assert second.max() < 0.04


def test_real_gap_closes_by_a_crossing_of_a_pair_and_a_real_level():
    before, after = (lmg.spectrum(model(60, drive), count=20) for drive in (0.85, 0.88))
    slowest = [it.values[np.argsort(-it.values.real)[1]] for it in (before, after)]
    assert abs(slowest[0].imag) > 40
    assert slowest[1].imag == 0


def test_gaps_are_read_from_the_eigenvalues():
    m = model(30, 2.3)
    values = lmg.eigenvalues(m, 40)
    found = lmg.gaps(m)
    assert found.real == pytest.approx(min(-values.real[1:]), rel=1e-9)
    assert found.imaginary == pytest.approx(min(values.imag[values.imag > 1e-3]), rel=1e-9)


def test_gaps_are_found_where_rounding_stops_the_residual_from_falling():
    m = model(60, 0.6, twist=0)
    expected = eigs(liouvillian(m).data.as_scipy().tocsc(), 2, sigma=0.1, return_eigenvectors=False)
    assert lmg.gaps(m).real == pytest.approx(-min(expected.real), rel=1e-7)


def test_with_the_drive_the_real_gap_closes_and_the_imaginary_gap_opens():
    below, between, above = (lmg.gaps(model(40, drive)) for drive in (0.6, 1.5, 2.5))
    assert between.real < 0.2 * below.real
    assert between.imaginary < 0.2 * above.imaginary


def test_with_N_the_real_gap_closes_above_half_NGamma_and_the_imaginary_gap_closes_at_omega_c():
    real = [lmg.gaps(model(N, 1.2)).real / N for N in (20, 40, 80)]
    imaginary = [lmg.gaps(model(N, np.hypot(1, TWIST))).imaginary / N for N in (20, 40, 80)]
    assert all(more < fewer for gaps in (real, imaginary) for fewer, more in pairwise(gaps))


@pytest.mark.parametrize("drive", [np.hypot(1, TWIST), 2.4])
def test_gaps_at_a_lower_rank_are_those_of_all_ranks(drive):
    m = model(220, drive)
    values = lmg.eigenvalues(m, 40)[1:]
    found = lmg.gaps(m)
    assert found.real == pytest.approx(min(-values.real), rel=1e-9)
    oscillating = values.imag[values.imag > 1e-6 * abs(values)]
    assert found.imaginary == pytest.approx(min(oscillating), rel=1e-9)


def off_multiples(m, values):
    """Distance of frequencies from the multiples of that of mean field, in units of it."""
    multiples = values.imag / mean_field_eigenvalues(m, 1)["SS_1"].imag.max()
    return abs(multiples - multiples.round())


def test_levels_for_weak_drive_tend_to_multiples_of_one_frequency():
    for drive in (0, 0.25):
        models = [model(N, drive) for N in (20, 40, 80)]
        off = [off_multiples(m, lmg.eigenvalues(m, 14)).max() for m in models]
        assert np.diff(np.log2(off)) == pytest.approx([-1, -1], abs=0.05)


def test_levels_at_finite_N_lie_between_the_multiples():
    levels = lmg.spectrum(model(40, 0.5), 60)
    exact = -87.64359404 + 15.43687969j  # 300 bits, as for CLUSTERS
    nearest_one = abs(levels.values - exact).argmin()
    assert abs(levels.values - exact)[nearest_one] <= levels.error[nearest_one]
    assert levels.trusted[nearest_one]
    assert off_multiples(levels.model, exact) == pytest.approx(0.42, abs=0.005)


@pytest.mark.parametrize("drive", [0.3, 0.6])
def test_slowest_pair_tends_to_the_rates_of_the_steady_state_in_mean_field(drive):
    errors = []
    for N in (20, 40, 80):
        m = model(N, drive)
        predicted = mean_field_eigenvalues(m, 1)["SS_1"]
        expected = predicted[predicted.imag > 0][np.argmax(predicted[predicted.imag > 0].real)]
        errors.append(abs(lmg.eigenvalues(m, 60) - expected).min() / N)
    assert np.polyfit(np.log([20, 40, 80]), np.log(errors), 1)[0] == pytest.approx(-1, abs=0.15)


def test_mean_field_counts_excitations_of_stable_and_unstable_points():
    m = model(100, 1.5)
    predicted = mean_field_eigenvalues(m, 3)
    assert {name: values.size for name, values in predicted.items()} == {
        "SS_1": 16, "SS_1*": 9, "SS_2": 12, "SS_3": 16
    }  # fmt: skip
    assert all((values.real <= 1e-9).all() for values in predicted.values())
    assert distances(predicted["SS_1*"], predicted["SS_1"]).max() < 1e-9


def test_pseudospectrum_is_the_smallest_singular_value():
    m = model(8, 0.7)
    points = np.array([-3 + 4j, -11.0, 2j])
    L = generator(m, 8).toarray()
    expected = [np.linalg.svd(L - z * np.eye(81), compute_uv=False)[-1] for z in points]
    np.testing.assert_allclose(pseudospectrum(m, points), expected, rtol=0.02)
    assert pseudospectrum(m, 0) == pytest.approx(0, abs=1e-12)


# --- Bad input


@pytest.mark.parametrize("count", [0, -3, 2.5, "many"])
def test_count_must_be_a_positive_integer(count):
    for function in (lmg.eigenvalues, lmg.spectrum, lmg.gaps):
        with pytest.raises(ValueError, match="Argument count must be a positive integer"):
            function(model(4, 1.0), count)


def test_gaps_need_more_than_the_steady_state():
    with pytest.raises(ValueError, match="Argument count must be at least 2"):
        lmg.gaps(model(4, 1.5), 1)


def test_eigenvectors_are_refused_where_they_are_incomplete():
    with pytest.raises(ValueError, match="nonzero for eigenvectors"):
        lmg.spectrum(model(4, 0.0))


def test_what_does_not_fit_in_memory_is_refused_before_it_starts():
    with pytest.raises(MemoryError, match="The spectrum of N = 100000 atoms needs"):
        lmg.eigenvalues(model(100_000, 1.0))
