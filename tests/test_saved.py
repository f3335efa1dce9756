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
    for name in ("ts", "errors", "squeezing_errors", "error", "truncation"):
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
    for name in ("no/run.npz", "run.npz/run.npz", "x" * 300 + ".npz", "nu\0ll.npz"):
        with pytest.raises(ValueError, match="Argument path must be a file that can be written"):
            lmg.save(tmp_path / name, run)
    with pytest.raises(ValueError, match="Argument path must be a folder on this machine"):
        lmg.save("~nobody-of-this-name/run.npz", run)
    with pytest.raises(ValueError, match=r"that ends in \.npz"):
        lmg.save("run.txt", run)
    with pytest.raises(ValueError, match="Argument trajectory must be of the class Trajectory"):
        lmg.save(tmp_path / "run.npz", run.moments)


def test_no_damage_passes_for_numbers_or_as_another_error(tmp_path):
    run = lmg.evolve(lmg.Model.from_ratios(N=5, drive=2.0), [0, 0.1], states=True)
    lmg.save(tmp_path / "run.npz", run)
    data = (tmp_path / "run.npz").read_bytes()
    rng, refused = np.random.default_rng(0), 0
    for place in rng.integers(len(data), size=300):
        damaged = bytearray(data)
        damaged[place : place + 8] = rng.bytes(8)
        (tmp_path / "damaged.npz").write_bytes(damaged)
        try:
            found, _ = lmg.load(tmp_path / "damaged.npz")
        except ValueError as error:
            refused += "nothing has damaged" in str(error)
        else:  # what does not matter was damaged
            np.testing.assert_array_equal(found.moments.second, run.moments.second)
            np.testing.assert_array_equal(found.states.c, run.states.c)
    assert refused > 200


@pytest.mark.parametrize(
    "change", [{"ts": None}, {"later": np.ones(2)}, {"ts": np.ones(3)}, {"N": np.ones(2)}]
)
def test_a_file_with_other_fields_or_lengths_is_refused(change, tmp_path):
    lmg.save(tmp_path / "run.npz", lmg.evolve(lmg.Model.from_ratios(N=5, drive=2.0), [0, 0.1]))
    with np.load(tmp_path / "run.npz") as file:
        arrays = {**file, **change}
    np.savez(tmp_path / "other.npz", **{k: v for k, v in arrays.items() if v is not None})
    with pytest.raises(ValueError, match="Argument path must be a file that `save` has"):
        lmg.load(tmp_path / "other.npz")
