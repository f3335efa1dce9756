"""A function that has changed in a way that matters has another fingerprint, others keep it."""

import functools
import importlib
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest

import lmgcav as lmg
from lmgcav.sweeps.fingerprint import fingerprint, release


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
DECORATED = """
class Times:
    def __init__(self, f, factor):
        functools.update_wrapper(self, f)
        self.factor = factor
    def __call__(self, x):
        return self.factor * self.__wrapped__(x)
def same(x):
    return x
f = Times(same, 2)
"""
METHOD = """
def times(factor):
    def decorate(method):
        @functools.wraps(method)
        def inner(self, x):
            return factor * method(self, x)
        return inner
    return decorate
class Curve:
    def __init__(self, slope):
        self.slope = slope
    @functools.cache
    def cached(self, x):
        return self.slope * x
    @times(2)
    def decorated(self, x):
        return self.slope * x
f = Curve(3).decorated
g = Curve(3).cached
"""
ATTRIBUTE = """
def f(x):
    return f.scale * x
f.scale = 2
"""
DERIVED = """
class Word(str):
    def weight(self): return 2
class Pair(tuple):
    def weight(self): return 3
class Table(dict):
    def __missing__(self, key): return 4
class Few(set):
    most = 5
word, pair, table, few = Word("a"), Pair([1]), Table(), Few("abc")
def f(x):
    return word.weight() * pair.weight() * table[x] * few.most
"""
METACLASS = """
class Constant(type):
    def __call__(cls):
        return 2
class One(metaclass=Constant):
    pass
def f(x):
    return One() * x
"""
CYCLE = """
class Node:
    def __init__(self, value):
        self.value, self.children = value, []
    def add(self, value):
        self.children.append(Node(value))
        self.children[-1].parent = self
root = Node(1)
root.add(2)
def f(x):
    return root.children[0].parent.value * x
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
    (DECORATED, "(same, 2)", "(same, 3)"),
    (METHOD, "times(2)", "times(3)"),
    (METHOD, "f = Curve(3)", "f = Curve(4)"),
    (METHOD.replace("f =", "e =").replace("g =", "f ="), "f = Curve(3)", "f = Curve(4)"),
    (ATTRIBUTE, "scale = 2", "scale = 3"),
    (DERIVED, "return 2", "return 1"),
    (DERIVED, "return 3", "return 1"),
    (DERIVED, "return 4", "return 1"),
    (DERIVED, "most = 5", "most = 1"),
    (METACLASS, "return 2", "return 3"),
    (CYCLE, "root = Node(1)", "root = Node(3)"),
    (CYCLE, "add(2)", "add(3)"),
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
    release.cache_clear()
    assert of(DIRECT.replace("shift=0", "shift=1")) != of(DIRECT)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    return", "    # because\n    return"),
        ("N = 100", "\n\nN = 100"),
        ("N = 100", "N = 100\nunused = 3"),
        ("N = 100", "N = 100\nreal = 3"),  # only an attribute has this name
        (" ** power", "**power"),
        ("Say what it does.", "Say it in other words."),
    ],
)
def test_comments_layout_docstrings_and_unused_names_do_not_count(old, new):
    assert of(DIRECT.replace(old, new)) == of(DIRECT)


def test_every_process_finds_the_same_fingerprint(tmp_path):
    codes = [DIRECT, HELPER, NESTED, CLOSURE, PARTIAL, WRAPPED, CLASS, RECURSION, PACKAGE]
    codes += [DECORATED, METHOD, ATTRIBUTE, DERIVED, METACLASS, CYCLE]
    head = "import functools, numpy as np, lmgcav as lmg\n"
    found = []
    for seed in "01":
        for number, code in enumerate(codes):
            (tmp_path / f"own{number}.py").write_text(head + code)
        program = "from lmgcav.sweeps.fingerprint import fingerprint\n"
        program += "".join(
            f"import own{n}; print(fingerprint(own{n}.f))\n" for n in range(len(codes))
        )
        options = {"cwd": tmp_path, "env": {"PYTHONHASHSEED": seed}, "text": True}
        found.append(subprocess.check_output([sys.executable, "-c", program], **options))
    assert list(tmp_path.glob("__pycache__/own8.*"))  # compiled the first time, read the second
    assert found[0] == found[1]
    assert len({*found[0].split()}) == len(codes)


HELPERS = {  # a function that uses `scale` of the module `mine`, which uses `factor` of `yours`
    "global module": "import mine\ndef f(x):\n    return mine.scale(x)\n",
    "global function": "from mine import scale\ndef f(x):\n    return scale(x)\n",
    "module in the body": "def f(x):\n    import mine\n    return mine.scale(x)\n",
    "function in the body": "def f(x):\n    from mine import scale as s\n    return s(x)\n",
    "body of an inner one": "def f(x):\n    def g():\n        from mine import scale\n"
    "        return scale(x)\n    return g()\n",
    "name at run time": "import mine\ndef f(x):\n    return getattr(mine, 'sca' + 'le')(x)\n",
}
MINE = "from yours import factor\n\ndef scale(x):\n    'Words.'\n    return factor(x) + 1\n"
YOURS = "def factor(x):\n    return 2 * x\n"


@pytest.fixture
def helped(tmp_path, monkeypatch):
    """Fingerprint of f with helpers in two files, which are written and imported anew."""
    monkeypatch.syspath_prepend(tmp_path)

    def compute(use, mine=MINE, yours=YOURS):
        for name, code in {"mine": mine, "yours": yours}.items():
            (tmp_path / f"{name}.py").write_text(code)
            sys.modules.pop(name, None)
        importlib.invalidate_caches()
        release.cache_clear()
        with monkeypatch.context() as context:
            context.setattr(sys, "dont_write_bytecode", True)
            return of(HELPERS[use])

    yield compute
    for name in ("mine", "yours"):
        sys.modules.pop(name, None)


@pytest.mark.parametrize("use", HELPERS)
def test_a_helper_in_a_file_of_ones_own_counts_wherever_it_is_imported(use, helped):
    once = helped(use)
    assert helped(use) == once
    assert helped(use, mine=MINE.replace("+ 1", "+ 3")) != once
    assert helped(use, yours=YOURS.replace("2 * x", "3 * x")) != once
    assert helped(use, mine=MINE.replace("Words", "Other words")) == once


@pytest.mark.parametrize(("version", "counts"), [(None, True), ("0.0.0", True), ("1.2", False)])
def test_an_installed_package_counts_by_its_version_if_it_has_one(
    version, counts, tmp_path, monkeypatch
):
    home = tmp_path / "site-packages"
    home.mkdir()
    if version:
        (home / "mine-0.dist-info").mkdir()
        text = f"Metadata-Version: 2.1\nName: mine\nVersion: {version}\n"
        (home / "mine-0.dist-info/METADATA").write_text(text)
    monkeypatch.syspath_prepend(home)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    found = set()
    for number in "12":
        (home / "mine.py").write_text(f"def scale(x):\n    return {number} * x\n")
        sys.modules.pop("mine", None)
        importlib.invalidate_caches()
        release.cache_clear()
        found.add(of("def f(x):\n    from mine import scale\n    return scale(x)\n"))
    sys.modules.pop("mine")
    assert len(found) == 1 + counts


def test_classes_of_every_kind_have_a_fingerprint():
    kinds = """
    from abc import ABC, abstractmethod
    from dataclasses import dataclass
    from functools import cached_property
    class Base(ABC):
        __slots__ = ("a",)
        @abstractmethod
        def go(self): ...
    @dataclass(frozen=True)
    class Below(Base):
        b: int = 3
        @cached_property
        def twice(self): return 2 * self.b
        def go(self): return self.twice
    def f(x): return Below().go()
    """
    kinds = textwrap.dedent(kinds)
    for old, new in [
        ("int = 3", "int = 4"),
        ("2 * self", "3 * self"),
        ("go(self): ...", "go(self): return 1"),
    ]:
        assert of(kinds) == of(kinds) != of(kinds.replace(old, new))


# --- lmgcav itself


@pytest.fixture
def copied(tmp_path):
    """Fingerprint of a public function in a copy of lmgcav with a change in one file."""
    package = tmp_path / "lmgcav"
    shutil.copytree(Path(lmg.__file__).parent, package)

    def compute(name, file="", old="", new=""):
        path = package / (file or "__init__.py")
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new, 1))
        program = "import lmgcav as lmg; from lmgcav.sweeps.fingerprint import fingerprint; "
        program += f"print(fingerprint(lmg.{name}), lmg.__file__)"
        options = {"cwd": tmp_path, "env": {"PYTHONPATH": str(tmp_path)}, "text": True}
        digest, origin = subprocess.check_output([sys.executable, "-c", program], **options).split()
        assert origin == str(package / "__init__.py")
        path.write_text(text)
        return digest

    return compute


def test_only_what_can_change_a_number_of_a_public_function_counts(copied):
    once = copied("steady_moments")
    for file, old, new in [
        ("companion/rerun.py", "A chapter at another size", "A chapter in other words"),
        ("scattering.py", "truncated Wigner approximation", "truncated Wigner method"),
        ("moments.py", '"""', '"""Words. '),
        ("moments.py", "import numpy as np", "import numpy as np  # a remark"),
        ("fluctuations.py", "2 * alone", "3 * alone"),  # steady_moments does not get there
        ("sweeps/results.py", "import numpy as np", "import numpy as np\n\nNEW = 1"),
    ]:
        assert copied("steady_moments", file, old, new) == once, (file, old)
    for file, old, new in [
        ("steady_state.py", "half_width = 64", "half_width = 65"),
        ("moments.py", "zm = JzJm + Jm / 2", "zm = JzJm + Jm / 3"),
        ("arguments.py", "LARGEST = 1e60", "LARGEST = 1e61"),
    ]:
        assert copied("steady_moments", file, old, new) != once, (file, old)


def test_what_cannot_be_compared_is_refused(tmp_path):
    with Path(tmp_path, "file").open("w") as file, pytest.raises(TypeError, match="TextIOWrapper"):
        fingerprint(lambda: file)
    ufunc = np.frompyfunc(lambda x: 2 * x, 1, 1)  # which hides its function
    with pytest.raises(TypeError, match="ufunc"):
        fingerprint(lambda x: ufunc(x))
