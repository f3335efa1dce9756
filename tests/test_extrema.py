"""Extrema between the points of a grid."""

import numpy as np
import pytest

from lmgcav import extrema


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
