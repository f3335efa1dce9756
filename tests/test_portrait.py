"""The phase portrait of Sec. IV A that a reader drags: its numbers are those of the package."""

# ruff: noqa: F811  (fixtures of another module)

import re

import numpy as np
import pytest
from playwright.sync_api import expect
from test_pages import browser, site, visit  # noqa: F401

from lmgcav import (
    Model,
    coherent,
    critical_drive,
    displacement,
    fixed_points,
    mean_field,
    oscillates,
    potential,
)

pytestmark = pytest.mark.browser

UNIT = 2  # of time, 2/(NΓ), for N = 1 and Γ = 1
FAR = 0.02  # from the critical drive, where errors grow as near any saddle
COMPUTE = """settings => settings.map(({drive, twist, start, times, places}) => {
  const path = portrait.trajectory(drive, twist, start, times);
  return {
    s: path.map(({s}) => s),
    b: path.map(({b}) => b),
    V: places.map((b) => portrait.potential(drive, twist, start, b)),
    critical: portrait.criticalDrive(twist, start),
    oscillates: portrait.oscillates(drive, twist, start),
    points: portrait.fixedPoints(drive, twist).map(({kind, s}) => [kind, s]),
  };
})"""


@pytest.fixture(scope="module")
def page(site, browser):
    with visit(browser, site, "book/04a_mean_field.html") as page:
        yield page


@pytest.fixture
def figure(page):
    """Return the figure as a reader finds it."""
    figure = page.locator("figure.portrait")
    figure.get_by_role("button", name="Reset").click()
    expect(figure.locator(".verdict")).to_contain_text("At drive 1.6 (0.75 Ωc) and twist 1.875")
    return figure


def random_settings(count):
    """Return settings away from the separatrix, as the script takes them."""
    rng, found = np.random.default_rng(19), []
    while len(found) < count:
        drive, twist = rng.uniform([0, -3.4], 3.4)
        start = coherent(np.arccos(rng.uniform(-1, 1)), rng.uniform(0, 2 * np.pi))
        setting = {"drive": drive, "twist": twist, "start": start.tolist()}
        setting["times"] = np.sort(rng.uniform(0, 25, 3)).tolist()
        setting["places"] = rng.uniform(-1, 4, 3).tolist()
        if abs(drive - critical_drive(twist, start)) > FAR:
            found.append(setting)
    return found


def test_its_numbers_are_those_of_the_package(page):
    settings = random_settings(24)
    for setting, found in zip(settings, page.evaluate(COMPUTE, settings), strict=True):
        drive, twist, start, times, places = setting.values()
        m, ts = Model.from_ratios(N=1, drive=drive, twist=twist), UNIT * np.array(times)
        b = displacement(m, ts, start)[:, 0] / UNIT
        np.testing.assert_allclose(found["s"], mean_field(m, ts, start), atol=1e-6)
        np.testing.assert_allclose(found["b"], b, atol=1e-6)
        np.testing.assert_allclose(found["V"], potential(m, UNIT * np.array(places), start))
        assert found["critical"] == pytest.approx(critical_drive(twist, start), abs=1e-12)
        assert found["oscillates"] == oscillates(drive, twist, start)
        rest = [point for point in fixed_points(m) if point.name != "SS_1*"]
        assert [kind for kind, _ in found["points"]] == [point.kind for point in rest]
        for (_, s), point in zip(found["points"], rest, strict=True):
            np.testing.assert_allclose(s, point.s, atol=1e-12)


@pytest.mark.parametrize("drive", [0.9, 1.01, 1.7, 2.5])
@pytest.mark.parametrize("twist", [1.875, -1.875])
def test_the_orange_part_of_the_disk_oscillates(page, figure, drive, twist):
    figure.locator("[name=drive]").fill(str(drive))
    figure.locator("[name=twist]").fill(str(twist))
    expect(figure.locator(".verdict")).to_contain_text(f"drive {drive} ")
    rng = np.random.default_rng(4)
    s = np.sqrt(rng.uniform(0, 0.97, 300)) * np.exp(2j * np.pi * rng.uniform(size=300))
    starts = np.stack([s.real, s.imag, -np.sqrt(1 - abs(s) ** 2)], axis=-1)
    far = abs(drive - critical_drive(twist, starts)) > FAR  # it is drawn to a tenth of a pixel
    inside = "(part, all) => all.map(([x, y]) => part.isPointInFill(new DOMPoint(130*x, -130*y)))"
    drawn = figure.locator("path.oscillating").evaluate(inside, starts[far, :2].tolist())
    assert far.sum() > 250
    np.testing.assert_array_equal(drawn, oscillates(drive, twist, starts[far]))


def test_a_start_that_is_dragged_changes_its_fate_in_every_panel(page, figure):
    curves = figure.locator(".curve")
    assert curves.evaluate_all("all => all.map(e => e.dataset.fate)") == 3 * ["decaying"]
    before = curves.evaluate_all("all => all.map(e => e.getAttribute('d'))")
    rim = figure.locator(".rim").bounding_box()
    figure.locator(".handle").hover()
    page.mouse.down()
    page.mouse.move(rim["x"] + 0.9 * rim["width"], rim["y"] + rim["height"] / 2, steps=5)
    page.mouse.up()
    expect(figure.locator("[name=x]")).to_have_value(re.compile(r"0\.(79|8)"))
    expect(figure.locator(".verdict")).to_contain_text("oscillates for ever around SS₃")
    assert curves.evaluate_all("all => all.map(e => e.dataset.fate)") == 3 * ["oscillating"]
    after = curves.evaluate_all("all => all.map(e => e.getAttribute('d'))")
    assert all(a != b for a, b in zip(after, before, strict=True))


def test_the_keyboard_moves_the_start_and_the_drive(page, figure):
    handle = figure.get_by_role("slider", name="Start")
    handle.press("ArrowRight")
    handle.press("Shift+ArrowUp")
    expect(handle).to_have_attribute("aria-valuetext", "s x 0.02, s y 0.10, s z −0.99")
    expect(figure.locator(".verdict")).to_contain_text("(0.02, 0.10, −0.99) decays and ends at SS₁")
    drive = figure.get_by_role("slider", name="Drive")
    drive.press("End")
    expect(figure.locator(".verdict")).to_contain_text("above Ωc no start comes to rest")
    figure.get_by_role("checkbox", name="above the equator").press("Space")
    expect(handle).to_have_attribute("aria-valuetext", "s x 0.02, s y 0.10, s z 0.99")


def test_a_number_out_of_range_is_put_right_where_it_stands(figure):
    drive = figure.get_by_role("spinbutton", name="Drive")
    drive.fill("9")
    drive.press("Tab")
    expect(drive).to_have_value("3.4")
    expect(figure.get_by_role("slider", name="Drive")).to_have_value("3.4")
    expect(figure.locator(".verdict")).to_contain_text("At drive 3.4 ")


def test_the_right_button_drags_nothing(page, figure):
    before = figure.locator("[name=x]").input_value()
    figure.locator(".handle").hover()
    page.mouse.down(button="right")
    figure.locator("svg.disk text").first.hover()
    page.mouse.up(button="right")
    expect(figure.locator("[name=x]")).to_have_value(before)


def test_who_comes_back_finds_in_the_picture_what_stands_in_the_form(site, browser):
    with visit(browser, site, "book/04a_mean_field.html") as page:
        page.locator("[name=drive]").fill("3")
        page.goto(f"{site}/book/index.html")
        page.go_back()
        drive = page.locator("[name=drive]").input_value()
        expect(page.locator(".verdict")).to_contain_text(f"At drive {drive} ")


def test_what_stands_under_the_mouse_is_told(page, figure):
    told = figure.locator(".values")
    for svg, i, says in [("disk", 0, "decays: Ω̃ is 1."), ("well", 1, "V = "), ("fall", 2, "= 10.")]:
        figure.locator(f"svg.{svg}").hover()
        expect(told.nth(i)).to_contain_text(says)
    expect(figure.locator("[name=time]")).to_have_value(re.compile("^10"))


def test_it_plays_unless_the_reader_prefers_rest(page, figure):
    play = figure.locator("button").first
    expect(play).to_be_hidden()
    page.emulate_media(reduced_motion="no-preference")
    play.click()
    expect(figure.locator("[name=time]")).not_to_have_value("3")
    play.click()
    expect(play).to_have_text("Play")
    page.emulate_media(reduced_motion="reduce")


def test_on_paper_it_says_what_it_shows(page, figure):
    page.emulate_media(media="print")
    expect(figure.locator("form")).to_be_hidden()
    expect(figure.locator(".verdict")).to_be_visible()
    page.emulate_media(media="null")
