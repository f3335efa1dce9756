"""Trajectories in files: the same numbers, their provenance, and nothing that is half there."""

import numpy as np
import pytest

import lmgcav as lmg
from lmgcav.companion.provenance import commit


@pytest.mark.parametrize("states", [False, True])
def test_what_is_loaded_is_what_was_saved(states, tmp_path):
    model, start = lmg.Model.from_ratios(N=12, drive=2.0), lmg.coherent(1.0)
    run = lmg.evolve(model, [0, 0.1, 0.3], start, states=states)
    lmg.save(tmp_path / "run.npz", run, model=model, start=start, tol=1e-6)
    found, about = lmg.load(tmp_path / "run.npz")
    for name in ("ts", "errors", "error", "truncation"):
        np.testing.assert_array_equal(getattr(found, name), getattr(run, name))
    np.testing.assert_array_equal(found.moments.mean, run.moments.mean)
    np.testing.assert_array_equal(lmg.squeezing(found.moments), lmg.squeezing(run.moments))
    assert (found.states is None) == (not states)
    if states:
        np.testing.assert_array_equal(found.states[-1].c, run.states[-1].c)
    assert about["model"] == repr(model)
    assert about["tol"] == 1e-6
    assert about["commit"] == commit()
    assert {"versions", "date"} <= about.keys()
    assert [path.name for path in tmp_path.iterdir()] == ["run.npz"]


def test_a_damaged_file_a_missing_one_and_another_kind_are_refused(tmp_path):
    run = lmg.evolve(lmg.Model.from_ratios(N=5, drive=2.0), np.linspace(0, 1, 50))
    lmg.save(tmp_path / "run.npz", run)
    data = bytearray((tmp_path / "run.npz").read_bytes())
    data[len(data) // 2] ^= 1
    (tmp_path / "flipped.npz").write_bytes(data)
    (tmp_path / "short.npz").write_bytes(data[:300])
    np.savez(tmp_path / "other.npz", a=1)
    for name in ("flipped", "short", "other", "missing"):
        with pytest.raises(ValueError, match="Argument path must be a file that `save` has"):
            lmg.load(tmp_path / f"{name}.npz")
    with pytest.raises(ValueError, match="Argument path must be a file that can be written"):
        lmg.save(tmp_path / "no/run.npz", run)
    with pytest.raises(ValueError, match=r"that ends in \.npz"):
        lmg.save("run.txt", run)
    with pytest.raises(ValueError, match="Argument trajectory must be of the class Trajectory"):
        lmg.save(tmp_path / "run.npz", run.moments)
