"""A function that has changed in a way that matters has another fingerprint, others keep it."""

import functools
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import lmgcav as lmg
from lmgcav.sweeps.fingerprint import fingerprint, package


def of(code):
    """Fingerprint of the function f that a notebook with this code defines."""
    scope = {"__name__": "__main__", "np": np, "lmg": lmg, "functools": functools}
    exec(code, scope)
    return fingerprint(scope["f"])


DIRECT = """
N = 100
def f(x, power=2, *, shift=0):
    "Say what it does."
    return (x.real + shift) ** power * N
"""
HELPER = """
@functools.cache
def helper(x):
    return x + 1
def f(x):
    return [helper(y) for y in range(x)]
"""
NESTED = """
numbers = np.arange(5.0)
def f(x):
    def inner(y):
        return {z * y * numbers[z] for z in range(x)}
    return inner(x)
"""
CLOSURE = """
def at(N):
    return lambda x: N * x
f = at(100)
"""
PARTIAL = """
def power(x, y):
    return x ** y
f = functools.partial(power, y=2)
"""
WRAPPED = """
def power(x):
    return x ** 2
f = np.errstate(all="raise")(power)
"""
CLASS = """
class Curve:
    scale = 1
    def __init__(self, slope):
        self.slope = slope
    @property
    def double(self):
        return 2 * self.slope
    def __call__(self, x):
        return self.scale * self.double * x
f = Curve(3)
"""
RECURSION = """
def f(x):
    return 1 if x == 0 else x * g(x - 1)
def g(x):
    return f(x)
"""
PACKAGE = """
def f(x):
    return lmg.critical_drive(x) + np.sqrt(x)
"""
CHANGES = [
    (DIRECT, "N = 100", "N = 101"),
    (DIRECT, "N = 100", "N = 100.0"),
    (DIRECT, "power=2", "power=3"),
    (DIRECT, "shift=0", "shift=1"),
    (DIRECT, "power * N", "power / N"),
    (HELPER, "x + 1", "x + 2"),
    (NESTED, "arange(5.0)", "arange(5)"),
    (NESTED, "arange(5.0)", "arange(6.0)"),
    (NESTED, "z * y", "z + y"),
    (CLOSURE, "at(100)", "at(101)"),
    (CLOSURE, "N * x", "N + x"),
    (PARTIAL, "y=2", "y=3"),
    (PARTIAL, "x ** y", "y ** x"),
    (WRAPPED, "x ** 2", "x ** 3"),
    (CLASS, "scale = 1", "scale = 2"),
    (CLASS, "Curve(3)", "Curve(4)"),
    (CLASS, "return 2", "return 3"),
    (RECURSION, "return f(x)", "return f(x) + 1"),
    (PACKAGE, "critical_drive", "turning_points"),
    (PACKAGE, "np.sqrt", "np.exp"),
]


@pytest.mark.parametrize(("code", "old", "new"), CHANGES)
def test_every_change_of_what_a_function_does_is_noticed(code, old, new):
    assert old in code
    assert of(code.replace(old, new)) != of(code)


def test_the_main_program_counts_although_an_installed_one_starts_it(monkeypatch):
    main = sys.modules["__main__"]
    monkeypatch.setattr(main, "__file__", "site-packages/mpi4py/__main__.py", raising=False)
    package.cache_clear()
    assert of(DIRECT.replace("shift=0", "shift=1")) != of(DIRECT)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    return", "    # because\n    return"),
        ("N = 100", "\n\nN = 100"),
        ("N = 100", "N = 100\nunused = 3"),
        ("N = 100", "N = 100\nreal = 3"),  # only an attribute has this name
        (" ** power", "**power"),
    ],
)
def test_comments_layout_and_unused_names_do_not_count(old, new):
    assert of(DIRECT.replace(old, new)) == of(DIRECT)


def test_every_process_finds_the_same_fingerprint(tmp_path):
    codes = [DIRECT, HELPER, NESTED, CLOSURE, PARTIAL, WRAPPED, CLASS, RECURSION, PACKAGE]
    head = "import functools, numpy as np, lmgcav as lmg\n"
    found = []
    for seed in "01":
        for number, code in enumerate(codes):
            (tmp_path / f"own{number}.py").write_text(head + code)
        program = "from lmgcav.sweeps.fingerprint import fingerprint\n"
        program += "".join(f"import own{n}; print(fingerprint(own{n}.f))\n" for n in range(9))
        options = {"cwd": tmp_path, "env": {"PYTHONHASHSEED": seed}, "text": True}
        found.append(subprocess.check_output([sys.executable, "-c", program], **options))
    assert list(tmp_path.glob("__pycache__/own8*"))  # compiled the first time, read the second
    assert found[0] == found[1]
    assert len({*found[0].split()}) == len(codes)


def test_a_module_of_ones_own_counts_by_its_source(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    found = []
    for factor in (2, 3):
        (tmp_path / "mine.py").write_text(f"def scale(x):\n    return {factor} * x\n")
        sys.modules.pop("mine", None)
        found.append(of("import mine\ndef f(x):\n    return mine.scale(x)\n"))
    assert found[0] != found[1]


def test_what_cannot_be_compared_is_refused(tmp_path):
    with Path(tmp_path, "file").open("w") as file, pytest.raises(TypeError, match="TextIOWrapper"):
        fingerprint(lambda: file)
