"""Sweeps give what the function gives, wherever it runs; what is finished survives every fault."""

import json
import os
import re
import resource
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import make_dataclass
from functools import partial
from importlib import import_module, reload
from multiprocessing import get_context
from pathlib import Path
from shutil import which
from subprocess import PIPE, Popen
from textwrap import dedent, indent

import numpy as np
import pytest
import xarray as xr
from threadpoolctl import threadpool_info

import lmgcav as lmg
from lmgcav.sweeps.elsewhere import LOGGER

DRIVES, TWISTS = np.linspace(0.5, 2.0, 4), [0.0, 1.875]
GRID = {"drive": DRIVES, "twist": TWISTS}


def inversion(drive, twist, N=50):
    return lmg.steady_moments(lmg.Model.from_ratios(N=N, drive=drive, twist=twist)).bloch[2]


def moments(drive, twist):
    return lmg.steady_moments(lmg.Model.from_ratios(N=50, drive=drive, twist=twist))


def directly(function=inversion):
    return np.array([[function(drive, twist) for twist in TWISTS] for drive in DRIVES])


# Functions that note where they have been, or fail; processes of a pool import them from here.


def noted(log, x):
    """Return x², and leave a file for each call."""
    Path(log, f"{x} {time.time_ns()}").touch()
    return x**2


def slow(log, x):
    time.sleep(0.05)
    return noted(log, x)


def held(gate, log, x):
    """Wait at the tenth x and beyond until there is a file."""
    while x >= 10 and not Path(gate).exists():
        time.sleep(0.01)
    return noted(log, x)


def fails_at(bad, x):
    if x in bad:
        raise ValueError(f"no solution {'at all' if x > 6 else 'here'}")
    return x**2


def leaves_at_4_while(flag, x):
    if x == 4 and Path(flag).exists():
        os._exit(1)
    return x**2


def curve(log, x):
    return np.full(1000, noted(log, x) / max(x, 1))


def threads(x):
    return max(library["num_threads"] for library in threadpool_info())


def calls(log):
    """How often each x has been computed."""
    xs = [int(path.name.split()[0]) for path in log.iterdir()]
    return {x: xs.count(x) for x in xs}


def processes(number=2):
    """A pool whose processes begin anew, as those on another machine."""
    return ProcessPoolExecutor(number, mp_context=get_context("spawn"))


def python(code, *arguments):
    """The command that runs the code in a process with what this file defines."""
    head = "import sys\nfrom test_sweep import *\nif __name__ == '__main__':\n"
    return [sys.executable, "-c", head + indent(dedent(code), "    "), *map(str, arguments)]


OWN = {"cwd": Path(__file__).parent, "stdout": PIPE, "stderr": PIPE, "text": True}


@pytest.fixture
def log(tmp_path):
    (tmp_path / "log").mkdir()
    return tmp_path / "log"


def only(folder):
    """The one store in the folder."""
    (path,) = folder.glob("*.zarr")
    return path


# --- Grids and values


def test_a_dict_is_the_product_of_its_axes():
    result = lmg.sweep(inversion, GRID)
    assert result.dims == ("drive", "twist")
    assert result.name == "inversion"
    np.testing.assert_array_equal(result, directly())
    assert result.sel(drive=0.5, twist=1.875) == inversion(0.5, 1.875)


def test_axes_that_share_a_key_move_together():
    together = {("drive", "twist"): zip([0.5, 1.0, 2.0], [0.0, 1.0, 1.875], strict=True)}
    result = lmg.sweep(inversion, together | {"N": [10, 20]})
    assert result.dims == ("drive_twist", "N")
    assert result.drive.dims == result.twist.dims == ("drive_twist",)
    assert result[1, 1] == inversion(1.0, 1.0, N=20)


def test_parameters_arrive_as_they_were_given():
    seen = []
    lmg.sweep(lambda a, b, c: seen.append((a, b, c)) or 0, {"a": [1], "b": [2.0], "c": ["word"]})
    assert seen == [(1, 2.0, "word")]
    assert [type(x) for x in seen[0]] == [int, float, str]


def test_values_of_every_form_become_labelled_arrays(tmp_path):
    ts = np.linspace(0, 1, 5)
    cases = [
        lambda x: {"number": x, "complex": 1j * x, "array": np.full((2, 3), x)},
        lambda x: xr.DataArray(x * ts, coords={"t": ts}, name="curve"),
        lambda x: xr.Dataset({"curve": ("axis", [x, x, x])}, {"axis": ["x", "y", "z"]}),
        lambda x: [x, 2 * x],
    ]
    for case in cases:
        for executor in (None, ThreadPoolExecutor(2)):
            new = lmg.sweep(case, {"x": [1, 2]}, executor=executor)
            stored = lmg.sweep(case, {"x": [1, 2]}, executor=executor, store=tmp_path)
            read = lmg.sweep(case, {"x": [1, 2]}, store=tmp_path)
            xr.testing.assert_equal(new, stored)
            xr.testing.assert_equal(new, read)
    assert new.dims == ("x", "value_0")
    (number, *_) = (lmg.sweep(case, {"x": [1, 2]}) for case in cases)
    assert number.complex.dtype == complex
    assert number.array.dims == ("x", "array_0", "array_1")


def test_moments_become_a_dataset():
    result = lmg.sweep(moments, GRID)
    assert {*result} == {"N", "mean", "second"}
    for drive in DRIVES:
        np.testing.assert_array_equal(
            result["mean"].sel(drive=drive)[1], moments(drive, 1.875).mean
        )


def trajectory(drive, N):
    return lmg.evolve(lmg.Model.from_ratios(N=N, drive=drive, twist=1.0), [0, 0.1], tol=1e-4)


def levels(drive, N):
    return lmg.spectrum(lmg.Model.from_ratios(N=N, drive=drive, twist=1.0), 4)


@pytest.mark.parametrize(
    ("function", "names"),
    [
        (
            lambda drive, N: lmg.steady_moments(lmg.Model.from_ratios(N=N, drive=drive)),
            "mean second",
        ),
        (trajectory, "ts mean second truncation error"),
        (levels, "chi Omega Gamma values condition error"),
    ],
)
def test_results_of_the_package_stand_beside_an_axis_of_the_same_name(function, names, tmp_path):
    grid = {"drive": [0.5, 2.2], "N": [6, 10]}
    result = lmg.sweep(function, grid, store=tmp_path)
    assert {*names.split()} <= {*result}
    assert not {"N", "left", "right"} & {*result}
    np.testing.assert_array_equal(result.N, [6, 10])
    value = function(2.2, 10)
    for name in {*names.split()} & {*vars(value)}:
        expected = np.asarray(getattr(value, name))
        found = result[name].sel(drive=2.2, N=10).values
        np.testing.assert_array_equal(found[tuple(map(slice, expected.shape))], expected)
    xr.testing.assert_identical(lmg.sweep(function, grid, store=tmp_path), result)


def test_values_that_disagree_with_a_name_of_the_grid_stop_the_sweep_at_the_first_point():
    called = []

    def half(N):
        called.append(N)
        return {"N": N / 2, "x": 0}

    with pytest.raises(lmg.SweepError, match="returned N, a name in the grid, with other val") as e:
        lmg.sweep(half, {"N": range(1, 10)})
    assert called == [1]
    assert str(e.value).startswith("Stopped, since 8 points more would fail")
    for value in (None, "word", [[1], [1, 2]]):
        with pytest.raises(lmg.SweepError, match="no number and no array of numbers"):
            lmg.sweep(lambda x, value=value: value, {"x": range(10)})
    for name in (1, ("u", "v"), "u/v", ".."):  # of which a store would make folders
        with pytest.raises(lmg.SweepError, match=r"with the name .*, which is no word"):
            lmg.sweep(lambda x, name=name: {name: x}, {"x": range(10)})


def test_values_of_the_same_name_are_refused_where_they_differ():
    both = make_dataclass("Both", ["before", "after"])
    one, other = (lmg.steady_moments(lmg.Model(N=4, chi=0, Omega=w)) for w in (1, 2))
    assert {*lmg.sweep(lambda x: both(one, one), {"x": [1]})} == {"N", "mean", "second"}
    with pytest.raises(lmg.SweepError, match="two different values with the name mean"):
        lmg.sweep(lambda x: both(one, other), {"x": [1]})


def test_masked_values_are_nan():
    mask = [False, True]
    values = {1: np.ma.array([0.5, 0.5], mask=mask), 2: np.ma.array([1, 2], mask=mask)}
    result = lmg.sweep(lambda x: values[x], {"x": [1, 2]})
    np.testing.assert_array_equal(result, [[0.5, np.nan], [1, np.nan]])
    assert np.isnan(lmg.sweep(lambda x: np.ma.masked, {"x": [1]}))


def test_arrays_that_are_shorter_end_in_nan(tmp_path, log):
    def triangle(n):
        return np.ones((noted(log, n) // n, 3))

    for xs in ([2, 5, 1, 4], [4, 1, 5, 2]):
        for _ in range(2):
            result = lmg.sweep(triangle, {"n": xs}, store=tmp_path)
            assert result.shape == (4, 5, 3)
            np.testing.assert_array_equal(result.count(["triangle_0", "triangle_1"]), 3 * result.n)
    assert sum(calls(log).values()) == 8
    for path in tmp_path.glob("*.zarr"):
        np.testing.assert_array_equal(xr.open_zarr(path).triangle.count(), 36)


def test_values_unlike_the_others_are_errors_and_are_never_cut_to_size():
    values = {1: 1.0, 2: 2j, 3: [1, 2], 4: None, 5: {"value": 3, "more": 4}, 6: {"x": 1}, 7: 7}
    with pytest.raises(lmg.SweepError, match=r"^5 of 7 points failed") as info:
        lmg.sweep(lambda x: values[x], {"x": [*values]})
    np.testing.assert_array_equal(info.value.result, [1, *[np.nan] * 5, 7])
    assert "complex128" in str(info.value)
    assert "value = None, which is no number" in str(info.value)
    curves = {1: {"t": [1, 2]}, 2: {"t": [1, 3]}}
    with pytest.raises(lmg.SweepError, match="coordinates are not those"):
        lmg.sweep(lambda x: xr.DataArray([x, x], coords=curves[x]), {"x": [1, 2]})


@pytest.mark.parametrize(
    ("grid", "message"),
    [
        ([1, 2], "Argument grid must be a dict of parameter names and values"),
        ({}, "Argument grid must be a dict"),
        ({"x": []}, r"Argument grid\['x'\] must be a list of numbers or of words"),
        ({"x": [1, np.nan]}, r"Argument grid\['x'\] must be a list of numbers or of words"),
        ({"x": ["a", 1]}, r"Argument grid\['x'\] must be a list of numbers or of words"),
        ({"x": 3}, r"Argument grid\['x'\]"),
        ({"x": "word"}, r"Argument grid\['x'\]"),
        ({"x": [None]}, r"Argument grid\['x'\]"),
        ({"x": [[1, 2], [3]]}, r"Argument grid\['x'\]"),
        ({("x", "y"): [(1, 2), (3,)]}, r"Argument grid\[\('x', 'y'\)\]"),
        ({("x", "y"): [1, 2]}, r"Argument grid\[\('x', 'y'\)\]"),
        ({"x": [1], ("y", "x"): [(1, 2)]}, "without repeated names"),
        ({"x": [1, 2, 1.0]}, r"Argument grid\['x'\] must be without repeated values such as \(1"),
        ({"x": ["a", "a"]}, "without repeated values"),
        ({("x", "y"): [(1, 2), (2, 2), (1, 2)]}, r"without repeated values such as \(1, 2\)"),
        ({("x", "y"): zip([1, 2], [3], strict=False)}, "of tuples of them where the name is a tup"),
        ({("x", "y"): zip([1], [3, 4], strict=False)}, "of tuples of them where the name is a tup"),
        ({"y": [1]}, r"named as the parameters of the function \(missing a required argument: 'x'"),
        ({"x": [1], "z": [1]}, r"got an unexpected keyword argument 'z'"),
        ({1: [1]}, "named as the parameters"),
    ],
)
def test_other_grids_are_refused(grid, message):
    with pytest.raises(ValueError, match=message):
        lmg.sweep(lambda x, y=0: x, grid)


def test_an_executor_or_a_store_of_another_kind_is_refused():
    with pytest.raises(ValueError, match=r"executor must be None or like .*, but executor = 4"):
        lmg.sweep(inversion, GRID, executor=4)
    with pytest.raises(ValueError, match=r"store must be the path of a folder, but store = True"):
        lmg.sweep(inversion, GRID, store=True)
    for executor in (ProcessPoolExecutor, dict):
        with pytest.raises(ValueError, match=r"executor must be None or like .*<class '"):
            lmg.sweep(inversion, GRID, executor=executor)
    with pytest.raises(ValueError, match="version must be None, a word or a number, but"):
        lmg.sweep(inversion, GRID, store="unused", version=[1])


def test_what_is_missing_is_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "threadpoolctl", None)
    with pytest.raises(ModuleNotFoundError) as info:
        lmg.sweep(inversion, GRID)
    assert 'pip install "lmgcav[sweep]", or ".[sweep]" in a clone' in info.value.__notes__[0]


# --- Executors


class SubmitOnly:
    """The least that an executor has: MPI's, say."""

    def submit(self, function, *arguments):
        future = Future()
        threading.Thread(
            target=lambda: future.set_result(function(*arguments)), daemon=True
        ).start()
        return future


def test_every_executor_gives_the_same():
    with processes() as pool, ThreadPoolExecutor(2) as inside:
        for executor in (pool, inside, SubmitOnly()):
            result = lmg.sweep(inversion, GRID, executor=executor)
            np.testing.assert_array_equal(result, directly())


def test_linear_algebra_takes_one_thread_in_each_process(monkeypatch):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    before = threads(0)
    with processes(1) as pool, ThreadPoolExecutor(2) as inside:
        assert pool.submit(threads, 0).result() == os.cpu_count()
        for executor in (pool, inside):
            assert (lmg.sweep(threads, {"x": range(4)}, executor=executor) == 1).all()
    assert threads(0) == before


# --- Stores


def test_a_second_call_recomputes_nothing(tmp_path, log):
    for _ in range(2):
        result = lmg.sweep(partial(noted, str(log)), {"x": range(5)}, store=tmp_path)
        np.testing.assert_array_equal(result, np.arange(5) ** 2)
    assert calls(log) == dict.fromkeys(range(5), 1)


def test_a_change_of_function_grid_or_version_reads_nothing_stale(tmp_path, monkeypatch):
    offset = 0

    def shifted(x):
        return x + offset

    for offset in (0, 1):
        for factor in (1, 2):
            for xs in ([1, 2], [1, 2, 3]):
                result = lmg.sweep(lambda x, k=factor: k * shifted(x), {"x": xs}, store=tmp_path)
                np.testing.assert_array_equal(result, [factor * (x + offset) for x in xs])
    assert len([*tmp_path.iterdir()]) == 8
    monkeypatch.setattr("lmgcav.sweeps.fingerprint.release", lambda module: "another version")
    lmg.sweep(shifted, {"x": [1]}, store=tmp_path)
    monkeypatch.setattr("lmgcav.sweeps.fingerprint.release", lambda module: "one more")
    lmg.sweep(shifted, {"x": [1]}, store=tmp_path)
    assert len([*tmp_path.iterdir()]) == 10


def test_a_store_is_read_by_xarray_alone(tmp_path):
    with pytest.raises(lmg.SweepError):
        lmg.sweep(partial(fails_at, [2]), {("x",): [(1,), (2,), (3,)]}, store=tmp_path)
    result = xr.open_zarr(only(tmp_path))
    np.testing.assert_array_equal(result.fails_at, [1, np.nan, 9])
    np.testing.assert_array_equal(result.x, [1, 2, 3])
    assert result.attrs["function"] == "fails_at"
    assert result.attrs["lmgcav"]


def test_another_version_begins_anew(tmp_path, log):
    for version in (None, "a", 1, "a"):
        lmg.sweep(partial(noted, str(log)), {"x": [3]}, store=tmp_path, version=version)
    assert calls(log) == {3: 3}
    assert {xr.open_zarr(path).attrs.get("version") for path in tmp_path.glob("*.zarr")} == {
        *(None, "a", 1)
    }


def test_a_store_at_home_is_one_of_this_machine(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    lmg.sweep(inversion, GRID, store="~/averages")
    assert [path.name for path in tmp_path.iterdir()] == ["averages"]
    for address in ("s3://bucket/x", Path("s3://bucket/x"), "file:///x", "~nobody-of-this-name/x"):
        with pytest.raises(ValueError, match="store must be a folder on this machine"):
            lmg.sweep(inversion, GRID, store=address)
    assert [path.name for path in tmp_path.iterdir()] == ["averages"]


def test_a_point_that_is_nan_or_zero_is_finished(tmp_path, log):
    def nothing(x):
        return noted(log, x) * (np.nan if x else 0)

    for _ in range(2):
        result = lmg.sweep(nothing, {"x": range(3)}, store=tmp_path)
        np.testing.assert_array_equal(result, [0, np.nan, np.nan])
    assert calls(log) == {0: 1, 1: 1, 2: 1}


# --- Faults


def test_points_that_raise_are_listed_and_all_others_are_kept(tmp_path):
    grid = {"x": range(10)}
    for executor in (None, ThreadPoolExecutor(2)):
        with pytest.raises(lmg.SweepError) as info:
            lmg.sweep(partial(fails_at, [3, 5, 8]), grid, executor=executor, store=tmp_path)
        text = str(info.value)
        assert text.startswith("3 of 10 points failed; the others are in `result` and in")
        assert "ValueError: no solution here\n    at x = 3; x = 5" in text
        assert "ValueError: no solution at all\n    at x = 8" in text
        assert sorted(point["x"] for point, _ in info.value.errors) == [3, 5, 8]
        assert all(isinstance(error, ValueError) for _, error in info.value.errors)
        kept = [x for x in range(10) if x not in (3, 5, 8)]
        np.testing.assert_array_equal(info.value.result.dropna("x").x, kept)


def test_a_killed_process_loses_no_more_than_the_point_in_flight(tmp_path, log):
    gate = tmp_path / "gate"
    code = "lmg.sweep(partial(held, *sys.argv[2:]), {'x': range(20)}, store=sys.argv[1])"
    with Popen(python(code, tmp_path / "store", gate, log), **OWN) as victim:
        while len(calls(log)) < 6:
            time.sleep(0.01)
        victim.kill()
    gate.touch()
    result = lmg.sweep(
        partial(held, str(gate), str(log)), {"x": range(20)}, store=tmp_path / "store"
    )
    np.testing.assert_array_equal(result, np.arange(20) ** 2)
    assert sum(calls(log).values()) <= 21


def test_an_interrupted_sweep_keeps_what_is_finished_and_drops_what_waits(tmp_path, log):
    code = """
    signal.signal(signal.SIGINT, signal.default_int_handler)  # else off in the background
    held = partial(held, *sys.argv[2:])
    with processes() as pool:
        try:
            lmg.sweep(held, {'x': range(200)}, executor=pool, store=sys.argv[1])
        finally:
            Path(sys.argv[2]).touch()
    """
    with Popen(python(code, tmp_path / "store", tmp_path / "gate", log), **OWN) as victim:
        while len(finished := [*tmp_path.glob("store/*/held/c.*[0-9]")]) < 6:
            time.sleep(0.01)
        victim.send_signal(signal.SIGINT)
        assert "KeyboardInterrupt" in victim.communicate()[1]
    stored = xr.open_zarr(only(tmp_path / "store")).held
    assert len(finished) <= int(stored.count()) <= len(calls(log)) < 20


def test_a_killed_worker_of_dask_costs_nothing(log):
    from distributed import Client, LocalCluster

    options = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None}
    with LocalCluster(host="127.0.0.1", **options) as cluster, Client(cluster) as client:

        def kill():
            while len(calls(log)) < 6:
                time.sleep(0.01)
            os.kill(next(iter(cluster.workers.values())).process.pid, signal.SIGKILL)

        killer = threading.Thread(target=kill)
        killer.start()
        result = lmg.sweep(partial(slow, str(log)), {"x": range(40)}, executor=client)
        killer.join()
    np.testing.assert_array_equal(result, np.arange(40) ** 2)


def test_a_point_that_ends_its_process_fails_alone_and_a_second_call_resumes(tmp_path):
    flag = tmp_path / "flag"
    flag.touch()
    leaves = partial(leaves_at_4_while, str(flag))
    with processes(1) as pool, pytest.raises(lmg.SweepError) as info:
        lmg.sweep(leaves, {"x": range(9)}, executor=pool, store=tmp_path / "store")
    np.testing.assert_array_equal(info.value.result, [0, 1, 4, 9, np.nan, 25, 36, 49, 64])
    assert "BrokenProcessPool: A process in the process pool was terminated" in str(info.value)
    assert str(info.value).endswith("at x = 4")
    flag.unlink()
    result = lmg.sweep(leaves, {"x": range(9)}, store=tmp_path / "store")
    np.testing.assert_array_equal(result, np.arange(9) ** 2)


def test_a_sweep_says_after_a_while_what_it_waits_for(monkeypatch):
    said, heard = [], threading.Event()
    monkeypatch.setattr("lmgcav.sweeps.elsewhere.PATIENCE", 0.02)
    monkeypatch.setattr(LOGGER, "warning", lambda text: (said.append(text), heard.set()))
    with ThreadPoolExecutor(2) as executor:
        lmg.sweep(lambda x: x == 1 or heard.wait(), {"x": [1, 2, 3]}, executor=executor)
    assert "2 are awaited, the first of them {'x': 2}. Ctrl-C stops the sweep" in said[-1]


def test_workers_that_have_other_code_are_refused(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    own = {
        "swept": "FACTOR = 2\ndef f(x):\n    from helper import g\n    return FACTOR * g(x)\n",
        "helper": "def g(x):\n    return x + 1\n",
    }
    for name, code in own.items():
        (tmp_path / f"{name}.py").write_text(code)
    f, grid = import_module("swept").f, {"x": [1, 2]}
    import_module("helper")
    with processes(1) as pool:
        np.testing.assert_array_equal(lmg.sweep(f, grid, executor=pool), [4, 6])
        for name, old, new in [("swept", "FACTOR = 2", "FACTOR = 3"), ("helper", "+ 1", "+ 2")]:
            (tmp_path / f"{name}.py").write_text(own[name].replace(old, new))
            reload(sys.modules[name])
            with pytest.raises(lmg.SweepError, match="start the workers anew"):
                lmg.sweep(sys.modules["swept"].f, grid, executor=pool, store=tmp_path / "store")
            assert not [*tmp_path.glob("store/**/c.*")]
            (tmp_path / f"{name}.py").write_text(own[name])
            reload(sys.modules[name])
        np.testing.assert_array_equal(
            lmg.sweep(sys.modules["swept"].f, grid, executor=pool), [4, 6]
        )


def test_a_store_that_cannot_grow_stops_the_sweep_and_keeps_all(tmp_path, log, monkeypatch):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)

    def limited(x):
        if x == 5 and "QUOTA" in os.environ:
            resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
        return noted(log, x)

    monkeypatch.setenv("QUOTA", "exceeded")
    try:
        with pytest.raises(lmg.SweepError, match="6 of 8 points were finished when") as info:
            lmg.sweep(limited, {"x": range(8)}, store=tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    np.testing.assert_array_equal(info.value.result[:6], np.arange(6) ** 2)
    monkeypatch.delenv("QUOTA")
    lmg.sweep(limited, {"x": range(8)}, store=tmp_path)
    assert calls(log) == {x: 2 if x == 5 else 1 for x in range(8)}


def mounted(command, folder, options):
    """The command where a small file system, of its own, is mounted on the folder."""
    script = f'mount -t tmpfs -o {options} tmpfs "$0" && exec "$@"'
    return ["unshare", "--mount", "sh", "-c", script, str(folder), *command]


def may_mount():
    command = mounted(["true"], "/mnt", "size=4k")
    return which("unshare") and subprocess.run(command, capture_output=True).returncode == 0


mounts = pytest.mark.skipif(not may_mount(), reason="this user may not mount a file system")


@mounts
def test_a_full_disk_stops_the_sweep_and_loses_nothing(tmp_path, log):
    (tmp_path / "disk").mkdir()
    code = """
    filler = Path(sys.argv[1], "filler")
    filler.write_bytes(bytes(50_000))
    for attempt in range(2):
        try:
            result = lmg.sweep(partial(curve, sys.argv[2]), {"x": range(8)}, store=sys.argv[1])
        except lmg.SweepError as error:
            print(error)
            filler.unlink()
    assert (result == np.arange(8)[:, None]).all()
    """
    command = python(code, tmp_path / "disk", log)
    run = subprocess.run(mounted(command, tmp_path / "disk", "size=100k"), **OWN, check=True)
    found = re.search(r"(\d) of 8 points were finished when .* No space left", run.stdout)
    assert 0 < int(found[1]) < 8
    assert sum(calls(log).values()) == 9


@mounts
def test_a_disk_that_is_read_only_is_refused_at_once(tmp_path):
    code = 'lmg.sweep(inversion, GRID, store=sys.argv[1] + "/store")'
    run = subprocess.run(mounted(python(code, tmp_path), tmp_path, "ro"), **OWN)
    assert "Argument store must be a folder that can be written" in run.stderr


def test_a_folder_below_a_file_is_refused_at_once(tmp_path, log):
    (tmp_path / "file").touch()
    with pytest.raises(ValueError, match="Argument store must be a folder that can be written"):
        lmg.sweep(partial(noted, log), {"x": range(8)}, store=tmp_path / "file/store")
    assert not calls(log)


@pytest.mark.parametrize("damage", [lambda b: b"", lambda b: b[:-3], lambda b: b"\x01" + b[1:]])
def test_a_damaged_point_is_noticed_and_computed_again(tmp_path, log, damage):
    def compute():
        return lmg.sweep(partial(noted, str(log)), {"x": range(5)}, store=tmp_path / "store")

    compute()
    chunk = only(tmp_path / "store") / "noted/c.3"
    chunk.write_bytes(damage(chunk.read_bytes()))
    with pytest.warns(UserWarning, match=r"noted/c\.3 is damaged"):
        result = compute()
    np.testing.assert_array_equal(result, np.arange(5) ** 2)
    assert calls(log) == {0: 1, 1: 1, 2: 1, 3: 2, 4: 1}
    compute()


def test_a_damaged_store_is_reported_and_left_alone(tmp_path):
    lmg.sweep(inversion, GRID, store=tmp_path)
    for file in ("zarr.json", "inversion/zarr.json"):
        metadata = only(tmp_path) / file
        good = metadata.read_bytes()
        metadata.write_bytes(good[:-100])
        with pytest.raises(ValueError, match=r"The store .*inversion-\w+.zarr is damaged"):
            lmg.sweep(inversion, GRID, store=tmp_path)
        metadata.write_bytes(good)
    lmg.sweep(inversion, GRID, store=tmp_path)


def test_an_array_of_jobs_shares_a_grid_as_the_page_says(tmp_path, log, monkeypatch):
    page = json.loads((Path(__file__).parent.parent / "book/sweeps.ipynb").read_text())
    text = "".join(line for cell in page["cells"] for line in cell["source"])
    split, join = re.findall(r"```python\n([^`]*task(?:, tasks|::8)[^`]*)```", text)
    drives = np.arange(20)
    names = {"lmg": lmg, "np": np, "os": os, "xr": xr, "drives": drives}
    names["grid"] = {"drive": drives, "N": [2, 3]}
    names["window_average"] = lambda drive, N: N * noted(log, drive)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SLURM_ARRAY_TASK_COUNT", "8")
    for task in range(8):
        monkeypatch.setenv("SLURM_ARRAY_TASK_ID", str(task))
        exec(split, names)
    exec(join, names)
    np.testing.assert_array_equal(names["average"], np.outer(drives**2, [2, 3]))
    assert calls(log) == dict.fromkeys(drives, 2)


def test_two_processes_may_share_a_store(tmp_path, log):
    code = """
    lmg.sweep(partial(slow, sys.argv[2]), {'x': range(30)}, store=sys.argv[1], progress=False)
    """
    one, other = (Popen(python(code, tmp_path / "store", log), **OWN) for _ in range(2))
    assert (one.communicate()[1], other.communicate()[1]) == ("", "")
    before = calls(log)
    result = lmg.sweep(partial(slow, str(log)), {"x": range(30)}, store=tmp_path / "store")
    np.testing.assert_array_equal(result, np.arange(30) ** 2)
    np.testing.assert_array_equal(xr.open_zarr(only(tmp_path / "store")).slow, result)
    assert calls(log) == before
    assert not [*(tmp_path / "store").glob("**/*.partial")]
