"""The pages compute in the reader's browser, without any other server and with the same results."""

# ruff: noqa: F811  (fixtures of another module)

import json
import os
import re

import numpy as np
import pytest
from playwright.sync_api import expect
from test_pages import (  # noqa: F401
    EXPLORED,
    PHONE,
    SITE,
    browser,
    names,
    serious_barriers,
    site,
    visit,
)

from lmgcav.companion.claims import CLAIMS
from lmgcav.companion.exercises import EXERCISES
from lmgcav.companion.registry import judge

WITHOUT = "the book was built without Pyodide: see CONTRIBUTING.md"
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not [*SITE.glob("_static/python-*")], reason=WITHOUT),
]
ANY = "Compute here: any value"
CHAPTERS = [page for page in EXPLORED if "/0" in page]
NEED_QUTIP = "book/02_model.html"  # what its sliders show


def cell(page, starts):
    """Return the cell whose code begins with some text, to be found when it has changed, too."""
    codes = page.locator(".cell_input pre").all_text_contents()
    [i] = [i for i, code in enumerate(codes) if code.startswith(starts)]
    return page.locator(".cell:has(.cell_input)").nth(i)


def explorations(page):
    """Return the cells with sliders."""
    button = page.get_by_role("button", name=ANY)
    return page.locator(".cell", has=button).all()


@pytest.mark.skipif("PYODIDE_REQUIRED" not in os.environ, reason="absence is no failure here")
def test_the_pages_compute():
    assert [*SITE.glob("_static/python-*/lmgcav-*.whl")]


def enter_another(page, box):
    """Enter a value that the slider lacks, or choose another where no others make sense."""
    expect(box.locator(".free").first).to_be_visible()
    if not box.locator("input[type=number]").count():
        box.locator("select").press("End")
        return box.locator("option").last.text_content()
    number = box.locator("input[type=number]").first
    value = round(float(number.input_value()) * 1.0371 + 0.013, 5)
    value = int(value) + 1 if number.get_attribute("step") == "1" else value
    number.focus()
    page.keyboard.press("Control+a")
    page.keyboard.type(f"{value:.10g}")
    page.keyboard.press("Enter")
    return f"{value:.10g}"


@pytest.mark.parametrize("name", [name for name in CHAPTERS if name != NEED_QUTIP])
def test_a_value_between_those_of_the_slider_is_drawn_by_keyboard(site, browser, name):
    with visit(browser, site, name) as page:
        for box in explorations(page):
            box.get_by_role("button", name=ANY).click()
            value = enter_another(page, box)
            expect(box.locator(".cell_output img")).to_have_attribute("alt", names(value))
            assert box.locator(".compute-error").count() == 0
            expect(page.locator(".computing")).to_be_hidden()


def test_what_no_browser_runs_says_so_and_leads_to_binder(site, browser):
    with visit(browser, site, NEED_QUTIP) as page:
        [box] = explorations(page)
        box.get_by_role("button", name=ANY).click()
        expect(box.get_by_role("alert")).to_contain_text("This needs qutip, which no browser runs")
        link = box.get_by_role("alert").get_by_role("link", name="Open it on Binder")
        expect(link).to_have_attribute("href", re.compile("mybinder.org"))


def test_exercises_are_checked_and_cells_changed_and_put_back(site, browser):
    with visit(browser, site, "book/07_envelope.html") as page:
        for label in ("climb", "regimes", "constant"):
            box = cell(page, f'exercises.check("{label}"')
            code = box.get_by_role("textbox")
            before = code.text_content()
            right = np.array(EXERCISES[label].compute())
            for answer, said in [(right, "Right."), (1.37 * right + 1, "Not yet")]:
                code.fill(f'exercises.check("{label}", {answer.tolist()})')
                expect(box.get_by_text("Changed.")).to_be_visible()
                code.press("Control+Enter")
                expect(box.locator(".cell_output")).to_contain_text(said)
            box.get_by_role("button", name="Put back").click()
            expect(box.get_by_text("Changed.")).to_be_hidden()
            assert code.text_content() == before


def test_errors_are_lines_a_computation_can_be_stopped_and_the_page_goes_on(site, browser):
    with visit(browser, site, "book/01_introduction.html") as page:
        box = cell(page, 'exercises.check("finite-size"')
        code, output = box.get_by_role("textbox"), box.locator(".cell_output")
        code.fill("N = = 3")
        code.press("Control+Enter")
        expect(output.get_by_role("alert")).to_have_text("Line 1: invalid syntax")
        code.fill("while True:\n    pass")
        code.press("Control+Enter")
        expect(page.locator(".computing")).to_contain_text("Computing")
        page.get_by_role("button", name="Stop").click()
        expect(output.get_by_role("alert")).to_have_text("Stopped.")
        code.fill("print(6 * 7)")
        code.press("Control+Enter")
        expect(output).to_contain_text("42")
        expect(output).to_contain_text("NumPy 2.")
        page.reload()
        box.get_by_role("textbox").fill("print(6 * 9)")
        box.get_by_role("textbox").press("Control+Enter")
        expect(output).to_contain_text("54")


def assert_fits_a_phone_without_barriers(page):
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    for theme in ("light", "dark"):
        page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
        assert serious_barriers(page, {"exclude": ["mjx-container"]}) == []


def test_a_page_that_has_computed_has_no_serious_barrier_and_fits_a_phone(site, browser):
    with visit(browser, site, "book/01_introduction.html", PHONE) as page:
        [box] = explorations(page)
        box.get_by_role("button", name=ANY).click()
        expect(box.locator("input[type=number]").first).to_be_visible()
        assert_fits_a_phone_without_barriers(page)


def test_an_experiment_has_fields_for_its_numbers(site, browser):
    with visit(browser, site, "book/06c_experiment.html", PHONE) as page:
        button = page.get_by_role("button", name="Compute here: your numbers")
        box = page.locator(".cell", has=button)
        button.click()
        field = box.get_by_label("Rabi frequency Ω/2π (Hz)")
        expect(field).to_have_value("300000")
        expect(box.get_by_role("row", name="phase multistable")).to_be_visible()
        field.fill("5e6")
        field.press("Enter")
        expect(box.get_by_role("row", name="phase normal")).to_be_visible()
        picture = box.locator(".cell_output img")
        expect(picture).to_have_attribute("alt", re.compile("normal region"))
        box.get_by_label("Atoms N").fill("3.5")
        box.get_by_label("Atoms N").press("Enter")
        expect(box.get_by_role("alert")).to_have_text(
            "ValueError: Argument N must be a positive integer, but N = 3.5"
        )
        assert_fits_a_phone_without_barriers(page)


def test_there_are_no_buttons_on_a_disk(browser):
    with visit(browser, SITE.as_uri(), "book/01_introduction.html") as page:
        assert page.locator(".compute").count() == 0


LOADED = re.compile(r"/python-[\d.]+/pyodide\.js")


def test_nothing_of_python_is_loaded_before_a_sign_that_it_is_wanted(site, browser):
    with visit(browser, site, "book/01_introduction.html") as page:
        buttons = page.locator(".compute:visible")
        assert buttons.count() > 0
        assert not [url for url in page.asked if "/python-" in url]
        with page.expect_request(LOADED):
            buttons.first.hover()
    with visit(browser, site, "book/01_introduction.html") as page:
        with page.expect_request(LOADED):
            page.locator(".compute:visible").first.focus()
        assert page.locator(".computing:visible").count() == 0


def test_where_data_are_dear_python_waits_for_the_click(site, browser):
    with visit(browser, site, "book/01_introduction.html") as page:
        page.add_init_script(
            "navigator.connection.__proto__.__defineGetter__('saveData', () => true)"
        )
        page.reload()
        page.evaluate("""() => {
            const button = document.querySelector(".compute:not([hidden])");
            button.dispatchEvent(new PointerEvent("pointerenter", { pointerType: "mouse" }));
            button.focus();
            return new Promise((late) => setTimeout(late, 1000));
        }""")
        assert not [url for url in page.asked if "/python-" in url]


# Where the value is largest or smallest, which rounding leaves open by the root of its precision.
FLAT = {"best_drive_of_two_hundred_atoms", "best_drive_of_a_thousand_atoms"}
EVERY_CLAIM = """
import json
from lmgcav.companion.claims import CLAIMS
from lmgcav.companion.registry import judge
for verdict in map(judge, CLAIMS):
    print(json.dumps([verdict.claim.name, verdict.computed, verdict.outcome]))
"""
ASK = """code => {
  const { src, dataset } = document.querySelector("script[src*='/compute.js']");
  const worker = new Worker(new URL(`compute-worker.js?${new URLSearchParams(dataset)}`, src));
  worker.postMessage({ id: 1, call: "show", parameters: [[code], 0] });
  return new Promise((done) => { worker.onmessage = ({ data }) => { if (data.id) done(data); }; });
}"""


def test_every_claim_reaches_its_verdict_in_the_browser(site, browser):
    with visit(browser, site, "book/01_introduction.html") as page:
        html = page.evaluate(ASK, EVERY_CLAIM)["html"]
        loaded = {url.rpartition("/")[2] for url in page.asked if "/python-" in url}
    assert loaded == json.loads((SITE / "status.json").read_text())["python"].keys()
    text = html.removeprefix("<pre>").removesuffix("</pre>").replace("&quot;", '"')
    there = {name: (value, outcome) for name, value, outcome in map(json.loads, text.splitlines())}
    assert there.keys() == {claim.name for claim in CLAIMS}
    for verdict in map(judge, CLAIMS):
        name = verdict.claim.name
        value, outcome = there[name]
        assert outcome == verdict.outcome, name
        within = 1e-7 if name in FLAT else 1e-8
        if {"evolve", "correlation"} & set(verdict.claim.rests_on):
            within = 1e-5  # which the claims ask of the dynamics
        assert value == pytest.approx(verdict.computed, rel=within, abs=1e-8), name
