"""Extrema between the points of a grid."""

import numpy as np
import pytest

from lmgcav import extrema, fall_time


def test_extrema_are_right_to_the_fourth_power_of_the_spacing():
    errors = []
    for points in (20, 40, 80, 160):
        ts = np.geomspace(0.5, 9, points)
        places, heights = extrema(np.log(ts), np.sin(ts))
        np.testing.assert_allclose(np.exp(places), np.pi * np.array([0.5, 1.5, 2.5]), rtol=0.02)
        errors.append(abs(heights - [1, -1, 1]).max())
    slope = np.polyfit(np.log([20, 40, 80, 160]), np.log(errors), 1)[0]
    assert slope < -3.5


def test_a_monotonic_curve_has_none():
    assert extrema([0, 1, 2, 3], [0, 1, 8, 27])[0].size == 0


@pytest.mark.parametrize("ts", [[0, 1, 1, 2], [0, 1, 2], [3, 2, 1, 0]])
def test_bad_grids_are_refused(ts):
    with pytest.raises(ValueError, match="Argument ts must be 4 increasing numbers"):
        extrema(ts, [0, 1, 0, 1][: len(ts)])


def test_fall_time_converges_with_the_fourth_power_of_the_spacing():
    errors = []
    for points in (10, 20, 40, 80):
        ts = np.linspace(0, 2, points)
        errors.append(abs(fall_time(ts, -np.exp(-ts * np.cosh(ts) / np.cosh(1))) - 1))
    slope = np.polyfit(np.log([10, 20, 40, 80]), np.log(errors), 1)[0]
    assert slope < -3.5


def test_extrema_of_a_damped_oscillation_fall_with_it():
    ts = np.linspace(0, 2, 800)
    swings = extrema(ts, np.cos(40 * ts) * np.exp(-(ts**2) - ts / 2))
    lower = ((2 + 1 / 2) / 40) ** 2 / 2  # than the damping, since there the slope is not 0
    assert fall_time(*swings, rate=1 / 2) == pytest.approx(1 - lower / 2, abs=1e-5)


def test_what_does_not_fall_has_no_fall_time():
    assert fall_time([0, 1, 2, 3], [1, 0.9, 0.8, 0.7]) == np.inf


def test_zeros_have_no_logarithm():
    with pytest.raises(ValueError, match="Argument values must be different from 0, but values ="):
        fall_time([0, 1, 2, 3], [1, 0.5, 0, 0])
