"""Every number of the paper that the book reproduces, within the digits it prints."""

import pytest

from lmgcav.companion.claims import CLAIMS, Claim, Verdicts, check, judge


@pytest.mark.parametrize("it", CLAIMS, ids=lambda it: it.name)
def test_the_paper_is_reproduced_or_differs_as_stated(it):
    verdict = judge(it)
    assert verdict.expected, Verdicts([verdict])


def test_claims_have_unique_names():
    names = [it.name for it in CLAIMS]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("it", CLAIMS, ids=lambda it: it.name)
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
    verdict = judge(Claim("chapter", "Fig. 0", "nothing", 1.0, 0.1, lambda: computed, **remarks))
    assert verdict.outcome == outcome
    assert verdict.expected == (outcome != "NOT AS STATED")
    assert str(Verdicts([verdict])).endswith(outcome)


def test_check_refuses_a_chapter_without_claims():
    with pytest.raises(ValueError, match=r"Argument chapter must be one of .*02_model"):
        check("99_nothing")


def test_a_claim_that_fails_fails_its_chapter(monkeypatch):
    wrong = Claim("02_model", "Fig. 0", "nothing", 1.0, 0.1, lambda: 1.2)
    monkeypatch.setattr("lmgcav.companion.claims.registry.CLAIMS", [wrong])
    with pytest.raises(AssertionError, match="NOT AS STATED"):
        check("02_model")
