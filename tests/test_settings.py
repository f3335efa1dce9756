"""A setting of the sliders can be set back, linked to and compared; kinds are chosen by buttons."""

# ruff: noqa: F811  (fixtures of another module)

import re

import pytest
from playwright.sync_api import expect
from test_pages import (  # noqa: F401
    PHONE,
    browser,
    serious_barriers,
    site,
    visit,
)

pytestmark = pytest.mark.browser

NAME = "book/04a_mean_field.html"  # whose first picture has a slider and buttons


def first_picture(page):
    area = page.locator(".widget-subarea").first
    expect(page.locator(".settings").first).to_be_visible()
    return area.locator("img"), area.get_by_role("slider").first, page.locator(".settings").first


def test_a_setting_is_in_the_address_and_a_reset_takes_it_back(site, browser):
    with visit(browser, site, f"{NAME}#exercises") as page:
        picture, handle, settings = first_picture(page)
        before = picture.get_attribute("alt")
        handle.press("End")
        page.get_by_role("button", name="below +x").press("Enter")
        expect(page.get_by_role("button", name="below +x")).to_have_attribute(
            "aria-pressed", "true"
        )
        expect(picture).to_have_attribute("alt", re.compile(r"below \+x"))
        after = picture.get_attribute("alt")
        settings.get_by_role("button", name="Link to this setting").click()
        expect(settings.get_by_role("status")).to_contain_text("now leads to this setting")
        assert "#" not in page.url
        settings.get_by_role("button", name="Reset").click()
        expect(picture).to_have_attribute("alt", before)
        page.reload()
        expect(picture).to_have_attribute("alt", after)


def test_the_chosen_button_stands_out_where_the_system_sets_the_colours(site, browser):
    with visit(browser, site, NAME) as page:
        first_picture(page)
        page.emulate_media(forced_colors="active")
        paper = "all => all.map(e => getComputedStyle(e).backgroundColor)"
        chosen, *others = page.locator(".widget-toggle-button").evaluate_all(paper)
        assert {chosen}.isdisjoint(others)
        track = page.locator(".noUi-connects").first
        assert track.evaluate("e => getComputedStyle(e).backgroundColor") == "rgb(0, 0, 0)"


def apart(picture, other):
    """Return how far the corners of two pictures of one size are apart."""
    here, there = picture.bounding_box(), other.bounding_box()
    assert here["width"] == pytest.approx(there["width"], abs=1), "their scales differ"
    return {side: there[side] - here[side] for side in "xy"}


def test_a_picture_is_kept_beside_the_next_one(site, browser):
    with visit(browser, site, NAME) as page:
        picture, handle, settings = first_picture(page)
        before = picture.get_attribute("alt")
        settings.get_by_role("button", name="Keep to compare").click()
        handle.press("Home")
        kept = page.locator(".kept > img")
        expect(kept).to_have_attribute("alt", before)
        expect(picture).not_to_have_attribute("alt", before)
        assert apart(picture, kept)["y"] == pytest.approx(0, abs=1), "they are not side by side"
        page.set_viewport_size(PHONE)
        below = apart(picture, kept)
        assert below["x"] == pytest.approx(0, abs=1)
        assert below["y"] > 0
        page.get_by_role("button", name="Remove").click()
        expect(kept).to_have_count(0)
        assert serious_barriers(page, {"include": [".settings", ".widget-subarea"]}) == []
