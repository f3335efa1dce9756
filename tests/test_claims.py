"""Every number of the paper that the book reproduces, within the digits it prints."""

import json
import pkgutil
import re
import sys
from pathlib import Path

import numpy as np
import pytest

import lmgcav
from lmgcav.companion.claims import CLAIMS, check
from lmgcav.companion.claims.envelope import sixth_order
from lmgcav.companion.registry import Claim, Claims, Verdicts, judge

CHAPTERS = sorted(Path(__file__).parent.parent.glob("book/[0-9]*.ipynb"))
each_claim = pytest.mark.parametrize("it", CLAIMS, ids=lambda it: it.name)


def example(computed, **remarks):
    return Claim("chapter", "Fig. 0", "nothing", 1.0, 0.1, lambda: computed, ("f",), **remarks)


@each_claim
def test_the_paper_is_reproduced_or_differs_as_stated(it):
    verdict = judge(it)
    assert verdict.expected, Verdicts([verdict])


def test_claims_have_unique_names():
    names = [it.name for it in CLAIMS]
    assert len(set(names)) == len(names)


@each_claim
def test_a_claim_stands_in_the_module_of_its_chapter(it):
    assert it.compute.__module__ == f"lmgcav.companion.claims.{it.chapter.partition('_')[2]}"


@pytest.mark.parametrize(
    ("computed", "remarks", "outcome"),
    [
        (1.05, {}, "reproduced"),
        (1.05, {"erratum": "erratum-0"}, "reproduced with a correction"),
        (1.2, {}, "NOT AS STATED"),
        (1.2, {"erratum": "erratum-0"}, "NOT AS STATED"),
        (1.2, {"differs": "because"}, "differs"),
        (1.05, {"differs": "because"}, "NOT AS STATED"),
        (float("nan"), {}, "NOT AS STATED"),
    ],
)
def test_a_value_counts_as_reproduced_or_as_different_only_if_it_is(computed, remarks, outcome):
    verdict = judge(example(computed, **remarks))
    assert verdict.outcome == outcome
    assert verdict.expected == (outcome != "NOT AS STATED")
    assert str(Verdicts([verdict])).endswith(outcome)


def test_check_refuses_a_chapter_without_claims():
    with pytest.raises(ValueError, match=r"Argument chapter must be one of .*02_model"):
        check("99_nothing")


def test_a_claim_that_fails_fails_its_chapter():
    with pytest.raises(AssertionError, match="NOT AS STATED"):
        Claims([example(1.2)]).check("chapter")


def test_a_claim_read_from_a_recording_fails_if_a_point_of_it_is_not_found_again():
    def not_found():
        raise AssertionError("stale")

    with pytest.raises(AssertionError, match="stale"):
        judge(example(1.0, recomputes=not_found))


# --- A claim computes


def places(name, module):
    """Find where the function of this name is looked up: (owner, attribute), in lmgcav or a class.

    One that is written for a claim is found in the module of the claim.
    """
    owner, _, last = name.rpartition(".")
    if owner:
        owner = pkgutil.resolve_name(f"lmgcav.{owner}")
    else:
        owner = lmgcav if hasattr(lmgcav, name) else module
    value = vars(owner)[last]
    if isinstance(owner, type):
        return [(owner, last)]
    modules = [it for key, it in sys.modules.items() if key.partition(".")[0] == "lmgcav"]
    return [(it, key) for it in modules for key, found in vars(it).items() if found is value]


def forget(module):
    """Empty the caches of the functions that a module has, itself or from others."""
    for value in vars(module).values():
        getattr(value, "cache_clear", lambda: None)()


@each_claim
def test_a_claim_fails_without_the_functions_that_it_rests_on(it, monkeypatch):
    class Missing(Exception):
        pass

    def missing(*args, **kwargs):
        raise Missing

    module = sys.modules[it.compute.__module__]
    forget(module)
    assert it.rests_on, "name the functions that it calls"
    for name in it.rests_on:
        for owner, key in places(name, module):
            monkeypatch.setattr(
                owner, key, missing if callable(getattr(owner, key)) else property(missing)
            )
    with pytest.raises(Missing):
        judge(it)


# --- Chapters check their own claims


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_a_chapter_checks_its_own_claims(path):
    cells = json.loads(path.read_text())["cells"]
    code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    checked = re.findall(r"""claims\.check\((.*)\)""", code)
    assert checked == [f'"{path.stem}"'], "let the chapter check its own claims, once"
    module = f"lmgcav/companion/claims/{path.stem.partition('_')[2]}.py"
    assert any(it.chapter == path.stem for it in CLAIMS), f"write its claims into {module}"


def test_perturbation_theory_does_not_overflow_where_integers_have_32_bits():
    assert sixth_order(np.int32(50)) == sixth_order(50)
