"""Recordings say where they come from, and the scripts that record them work."""

import json
import re
import resource
import shutil
import subprocess
import sys

import numpy as np
import pytest
import qutip
from scipy.integrate import simpson
from scipy.interpolate import CubicSpline

import lmgcav as lmg
from lmgcav.companion import recorded
from lmgcav.companion.provenance import commit, provenance
from lmgcav.companion.recorded import record, record_costs, record_dynamics

NAMES = sorted(file.stem for file in recorded.FOLDER.glob("*.npz"))


@pytest.mark.parametrize("name", NAMES)
def test_a_recording_says_with_what_by_which_code_and_when_it_was_made(name):
    recording = recorded.load(name)
    about = recording.provenance
    assert {"twist", "versions", "commit", "date"} <= about.keys()
    assert {"python", *recorded.PACKAGES} == about["versions"].keys()
    assert re.search(r"[0-9a-f]{40}|not recorded \(stored .*[0-9a-f]{12}\)", about["commit"])
    assert f"commit {about['commit']}" in str(recording).splitlines()
    assert recording.arrays


def test_there_is_no_recording_of_another_name():
    with pytest.raises(ValueError, match=r"Argument name must be one of costs, .*'nothing'"):
        recorded.load("nothing")


def test_what_is_saved_is_loaded_with_the_commit_of_now(tmp_path):
    recorded.save("a", {"x": np.arange(3)}, tmp_path, twist=1.5)
    recording = recorded.load("a", tmp_path)
    np.testing.assert_array_equal(recording["x"], [0, 1, 2])
    assert recording.provenance["twist"] == 1.5
    assert recording.provenance["commit"] == commit()


def test_an_installed_copy_names_its_version_and_its_content(tmp_path):
    package = tmp_path / "site-packages/lmgcav"
    shutil.copytree(recorded.FOLDER.parents[1], package)
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)  # of whoever installed it
    program = "import lmgcav; from lmgcav.companion.provenance import commit; print(commit())"
    options = {"cwd": package.parent, "text": True}
    found = set()
    for name in ("", "", "added.py"):
        (package / name).touch()
        found.add(subprocess.check_output([sys.executable, "-c", program], **options))
    assert len(found) == 2
    for text in found:
        assert re.fullmatch(rf"lmgcav {lmg.__version__} \(SHA-256 [0-9a-f]{{64}}\)\n", text)


def test_a_recording_that_is_continued_keeps_the_commits_of_its_beginning(tmp_path):
    about = json.dumps(provenance(["numpy"]) | {"commit": "beginning"})
    np.savez(tmp_path / "a.npz", provenance=about, x=1)
    for _ in range(2):
        recorded.save("a", {"x": 2}, tmp_path)
    assert recorded.load("a", tmp_path).provenance["commit"] == f"beginning, {commit()}"


def test_a_recording_that_is_being_replaced_leaves_its_commit_as_it_is(tmp_path):
    package = tmp_path / "lmgcav"
    shutil.copytree(recorded.FOLDER.parents[1], package)
    options = {"cwd": tmp_path, "check": True, "capture_output": True, "text": True}
    who = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    for words in ["init"], ["add", "."], [*who, "commit", "-m", "all"]:
        subprocess.run(["git", *words], **options)

    def now():
        program = "from lmgcav.companion.provenance import commit; print(commit())"
        return subprocess.run([sys.executable, "-c", program], **options).stdout.strip()

    head = now()
    assert re.fullmatch("[0-9a-f]{40}", head)
    (package / "companion/recorded/gaps.npz").unlink()
    assert now() == head
    (package / "model.py").write_text((package / "model.py").read_text() + "# after")
    assert now() == f"{head}-dirty"


# --- Small recordings, made by the same scripts, against QuTiP


def liouvillian(m):
    Jx, Jp, Jm = (qutip.jmat(m.N / 2, which) for which in "x+-")
    return qutip.liouvillian(m.chi * Jp @ Jm + m.Omega * Jx, [np.sqrt(m.Gamma) * Jm])


def path(m, ts):
    """Means and covariances of the spin from the south pole, with QuTiP."""
    J = qutip.jmat(m.N / 2)
    pairs = [(a * b + b * a) / 2 for a in J for b in J]
    state = qutip.basis(m.N + 1, m.N)
    options = {"rtol": 1e-10, "atol": 1e-10, "nsteps": 10**6}
    found = qutip.mesolve(liouvillian(m), state, ts, e_ops=[*J, *pairs], options=options).expect
    mean = np.transpose(found[:3])
    second = np.transpose(found[3:]).reshape(-1, 3, 3)
    return mean, second - mean[:, :, None] * mean[:, None]


def window(m):
    ts = np.linspace(0, record_dynamics.WINDOW, 401)
    return simpson(path(m, ts)[0][:, 2], ts) / record_dynamics.WINDOW / (m.N / 2)


def relaxation(m):
    return min(-np.sort(np.linalg.eigvals(liouvillian(m).full()).real)[:-1])


def envelope(m):
    ts = np.linspace(0, 1.3 * np.cbrt(48 / (m.chi * m.N) ** 2), 20001)
    size = abs(path(m, ts)[0][:, 2]) / (m.N / 2)
    top = 1 + np.flatnonzero((size[1:-1] > size[:-2]) & (size[1:-1] > size[2:]))
    fall = CubicSpline(ts[top], -np.log(size[top]) - 3 / 4 * ts[top] - 1)
    return fall.roots(extrapolate=False)[0]


def transient(m):
    mean, covariance = path(m, np.linspace(0, 9 / m.N, 2001)[1:])
    across = np.linalg.svd(mean[:, None])[2][:, 1:]
    smallest = np.linalg.eigvalsh(across @ covariance @ across.swapaxes(1, 2))[:, 0]
    return (m.N * smallest / (mean**2).sum(1)).min()


SMALL = {window: (10, 1.76), relaxation: (10, 2.09), envelope: (20, 3.86), transient: (10, 1.72)}


def test_a_small_recording_of_dynamics_is_what_qutip_finds(tmp_path, monkeypatch):
    few = [(compute.__name__, *place) for compute, place in SMALL.items()]
    monkeypatch.setattr(record_dynamics, "points", lambda: few)
    record_dynamics.main(tmp_path)
    found = recorded.load("dynamics", tmp_path)
    for compute, place in SMALL.items():
        ((*at, value, error),) = found[compute.__name__]
        assert at == [*place]
        sampling = 1e-6  # of the extrema here
        assert abs(value - compute(record_dynamics.model(*place))) <= error + sampling


def test_a_small_recording_of_levels_and_gaps_is_what_qutip_finds(tmp_path, monkeypatch):
    few = {"LEVELS": 6, "DRIVES": [0.9, 2.3], "ATOMS": [6], "NORMAL": [0.9], "CRITICAL": [2.3]}
    for name, value in few.items():
        monkeypatch.setattr(record, name, value)
    record.main(tmp_path)
    levels, gaps = (recorded.load(name, tmp_path) for name in ("levels", "gaps"))
    for i, drive in enumerate(few["DRIVES"]):
        exact = np.linalg.eigvals(liouvillian(record.model(6, drive)).full())
        found = levels["values"][i]
        distance = abs(found[:49] - exact[:, None])
        rounding = 1e-12  # of QuTiP's levels
        assert (distance.min(axis=0) <= levels["error"][i, :49] + rounding).all()
        assert (distance.min(axis=1) <= levels["error"][i, :49].max() + rounding).all()
        assert np.isnan(found[49:]).all()
        oscillating = abs(exact.imag)[abs(exact.imag) > 1e-6]
        expected = [6, drive, np.sort(-exact.real)[1], oscillating.min()]
        np.testing.assert_allclose(gaps["table"][i], expected, rtol=1e-9)


def test_a_small_recording_of_costs_is_no_more_than_the_system_counts(tmp_path, monkeypatch):
    def used():
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024 / 1e6

    sizes = {kind: [10, 20] for kind in record_costs.SIZES}
    monkeypatch.setattr(record_costs, "SIZES", sizes)
    before, _ = used()
    record_costs.main(tmp_path)
    after, peak = used()
    tables = np.array([recorded.load("costs", tmp_path)[kind] for kind in sizes])
    assert (tables[..., 0] == [10, 20]).all()
    assert 0 < tables[..., 1].sum() <= after - before
    assert (tables[..., 2] <= peak).all()
    assert (tables[..., 2] > 50).all()  # Python with NumPy and SciPy
