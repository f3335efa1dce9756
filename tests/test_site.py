"""What the local Sphinx extensions and the pages of look-up rest on, without a build."""

import importlib
import inspect
import pkgutil
import re
import sys
from pathlib import Path

import pytest

import lmgcav

ROOT = Path(__file__).parent.parent
BOOK = ROOT / "book"


@pytest.fixture
def reference(monkeypatch):
    monkeypatch.syspath_prepend(BOOK / "site")
    yield importlib.import_module("reference")
    sys.modules.pop("reference")


def modules():
    found = pkgutil.walk_packages(lmgcav.__path__, "lmgcav.")
    return [importlib.import_module(module.name) for module in found if "record" not in module.name]


# --- Notation


def names_in_the_code():
    """Public names, the parameters that they take, and the attributes of the public classes."""
    found = set(lmgcav.__all__)
    for module in modules():
        for name, value in vars(module).items():
            ours = getattr(value, "__module__", None) == module.__name__ and callable(value)
            if ours and not (isinstance(value, type) and issubclass(value, Exception)):
                found |= {name, *inspect.signature(value).parameters}
                if isinstance(value, type):
                    found |= {*vars(value), *value.__annotations__}
    return found


def test_notation_names_what_the_package_has():
    rows = re.findall(r"^\|([^|]*)\|([^|]*)\|", (BOOK / "notation.md").read_text(), re.M)
    named = {name for _, cell in rows for name in re.findall(r"`(\w+)`", cell)}
    assert len(named) > 30
    assert named <= names_in_the_code()


def test_notation_refers_to_equations_and_chapters_that_exist():
    text = (BOOK / "notation.md").read_text()
    labels = {
        label
        for path in BOOK.glob("*.ipynb")
        for label in re.findall(r'"\((eq-\w+)\)=', path.read_text())
    }
    assert set(re.findall(r"\]\(#(eq-\w+)\)", text)) <= labels
    assert all((BOOK / name).exists() for name in re.findall(r"\]\((\w+\.\w+)\)", text))


# --- Reference


def test_reference_describes_every_public_function_and_class(reference):
    def documented(module):
        return {value.__qualname__ for _, value in reference.documented(module)}

    public = set().union(*map(documented, modules()))
    described = set().union(*map(documented, reference.described().values()))
    assert public <= described, "add their {functions} to book/reference.md"


def test_every_public_function_of_the_physics_is_reached_as_one_of_the_package(reference):
    for name, module in reference.described().items():
        if not name.startswith("companion"):
            for public, _ in reference.documented(module):
                assert public.count(".") == 1, f"export {public} in lmgcav/__init__.py"


def test_inventories_have_the_page_of_every_function_that_is_called(reference):
    known = set()
    for path in (BOOK / "site/inventories").iterdir():
        known |= set(
            re.findall(r"^([a-z]\S+) (?:function|class) \S+\.html$", path.read_text(), re.M)
        )
    sources = [*(path for _, path in reference.sources()), *BOOK.glob("*.ipynb")]
    called = {name for path in sources for name in reference.called(path)}
    wanted = {reference.target_of(name) for name in filter(reference.is_linked, called)}
    assert wanted <= known, "book/site/reference.py says how to add them"
