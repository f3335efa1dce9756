"""Bad input is refused with one sentence: argument, what is allowed, value."""

import re
import subprocess
import sys

import numpy as np
import pytest

import lmgcav as lmg
from lmgcav import arguments

REFUSED = [
    (arguments.positive_integer, "N", 0, "a positive integer, but N = 0"),
    (arguments.positive_integer, "N", -1, "a positive integer, but N = -1"),
    (arguments.positive_integer, "N", 3.5, "a positive integer, but N = 3.5"),
    (arguments.positive_integer, "N", 400.0, "a positive integer, but N = 400.0"),
    (arguments.positive_integer, "N", None, "a positive integer, but N = None"),
    (arguments.positive_integer, "N", "7", "a positive integer, but N = '7'"),
    (arguments.positive_integer, "N", True, "a positive integer, but N = True"),
    (arguments.positive_integer, "N", 10**16, "at most 1e+15, but N = 10000000000000000"),
    (arguments.finite, "chi", 1e61, "at most 1e+60 in size, but chi = 1e+61"),
    (arguments.finite, "chi", np.ma.masked, "a finite real number, but chi = masked"),
    (arguments.positive, "Gamma", 1e-61, "at least 1e-60, but Gamma = 1e-61"),
    (arguments.finite_array, "g", [1e61], "at most 1e+60 in size, but g = [1e+61]"),
    (arguments.finite, "chi", float("nan"), "a finite real number, but chi = nan"),
    (arguments.finite, "chi", float("-inf"), "a finite real number, but chi = -inf"),
    (arguments.finite, "chi", None, "a finite real number, but chi = None"),
    (arguments.finite, "chi", "1", "a finite real number, but chi = '1'"),
    (arguments.finite, "chi", 1j, "a finite real number, but chi = 1j"),
    (arguments.finite, "chi", np.complex128(1 + 1j), "a finite real number, but chi = np.complex"),
    (arguments.finite, "chi", np.array("1"), "a finite real number, but chi = array('1'"),
    (arguments.finite, "chi", bytearray(b"1"), "a finite real number, but chi = bytearray(b'1')"),
    (arguments.finite, "chi", 10**400, "a finite real number, but chi = 1000"),
    (arguments.finite, "chi", [1, 2], "a finite real number, but chi = [1, 2]"),
    (arguments.positive, "Gamma", 0, "positive, but Gamma = 0"),
    (arguments.positive, "Gamma", -2.0, "positive, but Gamma = -2.0"),
    (arguments.finite_array, "g", [1, np.inf], "finite real numbers, but g = [1, inf]"),
    (arguments.finite_array, "g", None, "finite real numbers, but g = None"),
    (arguments.finite_array, "g", ["1"], "finite real numbers, but g = ['1']"),
    (arguments.finite_array, "g", [1j], "finite real numbers, but g = [1j]"),
    (arguments.finite_array, "g", [[1], [1, 2]], "finite real numbers, but g = [[1], [1, 2]]"),
    (arguments.axis, "phi", [[0.0]], "(n,), one-dimensional, but phi.shape = (1, 1)"),
    (arguments.axis, "phi", 0.0, "(n,), one-dimensional, but phi.shape = ()"),
    (arguments.square_matrices, "rho", np.ones((2, 3)), "with N ≥ 1, but rho.shape = (2, 3)"),
    (arguments.square_matrices, "rho", [[1]], "with N ≥ 1, but rho.shape = (1, 1)"),
    (arguments.square_matrices, "rho", [1, 2], "with N ≥ 1, but rho.shape = (2,)"),
    (arguments.square_matrices, "rho", "zz", "an array of numbers, but rho = 'zz'"),
    (
        arguments.square_matrices,
        "rho",
        [[1], [1, 2]],
        "an array of numbers, but rho = [[1], [1, 2]",
    ),
]


@pytest.mark.parametrize(("check", "name", "value", "sentence"), REFUSED)
def test_bad_input_is_refused_by_name_allowed_range_and_value(check, name, value, sentence):
    with pytest.raises(ValueError, match=rf"^Argument {name}.* must be .*{re.escape(sentence)}"):
        check(name, value)


@pytest.mark.parametrize("ts", [[], [[0, 1]], [-1, 0], [0, 2, 1], [0, np.nan], None, 3.0])
def test_times_are_sorted_finite_one_dimensional_and_not_negative(ts):
    with pytest.raises(ValueError, match=r"^Argument ts must be .*, but ts = "):
        arguments.times(ts)


def test_good_input_is_returned_in_its_working_type():
    assert type(arguments.positive_integer("N", np.int64(3))) is int
    assert type(arguments.finite("chi", np.float32(0.5))) is float
    assert arguments.times([0, 1]).dtype == float
    assert arguments.axis("phi", range(3)).tolist() == [0.0, 1.0, 2.0]


def test_checked_arrays_are_copies_that_leave_the_argument_alone():
    ts = np.arange(3.0)
    arguments.times(ts)[0] = 7
    assert ts[0] == 0


def test_what_does_not_fit_in_memory_is_refused_with_its_size():
    with pytest.raises(MemoryError, match=r"^A matrix needs 1000000.0 GB, but \d+.\d GB are free$"):
        arguments.fits_in_memory("A matrix", 1e15)
    arguments.fits_in_memory("A number", 8)


def test_memory_is_looked_at_for_more_than_a_megabyte_only(monkeypatch):
    monkeypatch.setattr(arguments, "free_memory", lambda untouched: 0.0)
    arguments.fits_in_memory("Thousands of numbers", 10**6)
    with pytest.raises(MemoryError):
        arguments.fits_in_memory("Millions of them", 10**6 + 1)


def test_memory_is_refused_before_it_is_taken_within_a_limited_address_space():
    code = """
import resource
import lmgcav as lmg
from lmgcav import arguments

limit = 1 << 31
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
assert arguments.free_memory() < limit
lmg.steady_state(lmg.Model(N=500, chi=1.0, Omega=100.0))
try:
    lmg.steady_state(lmg.Model(N=8000, chi=1.0, Omega=100.0))
except MemoryError as error:
    print(error)
"""
    run = [sys.executable, "-c", code]
    said = subprocess.run(run, check=True, capture_output=True, text=True).stdout
    assert re.match(
        r"The steady state of N = 8000 atoms needs 4.1 GB, but \d\.\d GB are free", said
    )


def test_a_browser_which_tells_nothing_has_two_gigabytes(monkeypatch):
    monkeypatch.setattr(sys, "platform", "emscripten")
    with pytest.raises(MemoryError, match=r"N = 12000 atoms needs 9\.2 GB, but 2\.0 GB are free"):
        lmg.steady_state(lmg.Model(N=12_000, chi=0, Omega=1))


def test_what_would_take_days_is_refused_with_the_time_that_is_allowed():
    allowed = r"^Argument ts\[-1\] must be at most 5e\+02, which takes 1e\+07 steps, but ts\[-1\]"
    with pytest.raises(ValueError, match=allowed):
        arguments.in_few_steps("ts[-1]", 501.0, 1e4, 1000)
    arguments.in_few_steps("ts[-1]", 499.0, 1e4, 1000)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"N": 0}, "Argument N must be a positive integer, but N = 0"),
        ({"N": 3.5}, "Argument N must be a positive integer, but N = 3.5"),
        ({"N": -1}, "Argument N must be a positive integer, but N = -1"),
        ({"N": None}, "Argument N must be a positive integer, but N = None"),
        ({"N": "7"}, "Argument N must be a positive integer, but N = '7'"),
        ({"chi": np.nan}, "Argument chi must be a finite real number, but chi = nan"),
        ({"Omega": np.inf}, "Argument Omega must be a finite real number, but Omega = inf"),
        ({"Gamma": np.nan}, "Argument Gamma must be a finite real number, but Gamma = nan"),
        ({"Gamma": 0}, "Argument Gamma must be positive, but Gamma = 0"),
        ({"Gamma": -1.0}, "Argument Gamma must be positive, but Gamma = -1.0"),
        ({"Omega": 1e60}, "Argument Omega must be below 1e+50 Γ in size, but Omega = 1e+60"),
        ({"chi": -1e60}, "Argument chi must be below 1e+50 Γ in size, but chi = -1e+60"),
    ],
)
def test_a_model_with_bad_parameters_is_refused(wrong, sentence):
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        lmg.Model(**({"N": 4, "chi": 0.5, "Omega": 1.0} | wrong))


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({}, "Argument N must be a positive integer, but N = None"),
        ({"N": 3.5}, "Argument N must be a positive integer, but N = 3.5"),
        ({"N": 4, "drive": np.nan}, "Argument drive must be a finite real number, but drive = nan"),
        ({"N": 4, "twist": "1"}, "Argument twist must be a finite real number, but twist = '1'"),
        ({"N": 4, "Gamma": 0}, "Argument Gamma must be positive, but Gamma = 0"),
    ],
)
def test_ratios_without_N_or_with_bad_values_are_refused(wrong, sentence):
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        lmg.Model.from_ratios(**({"drive": 1.0} | wrong))


def test_a_folder_at_home_is_written_there_and_an_address_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert arguments.writable_folder("save_to", "~/figures") == tmp_path / "figures"
    assert (tmp_path / "figures").is_dir()
    for address in ("s3://bucket/figures", "gs://figures"):
        with pytest.raises(ValueError, match="must be a folder on this machine, not an address"):
            arguments.writable_folder("save_to", address)
