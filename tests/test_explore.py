"""Sliders show the drawing of the values that they name, with Python behind them and without."""

import base64
import io
import sys

import ipywidgets
import matplotlib.pyplot as plt
import numpy as np
import pytest
from ipywidgets import HTML, Play, SelectionSlider, ToggleButtons
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image

from lmgcav.companion import sliders as module
from lmgcav.companion.explore import IN_BOOK, Axis, Drawing, explore

DRIVE = Axis("drive", [0.5, 1.0, 1.5], "2Ω/(NΓ)", start=1.0)
TWIST = Axis("twist", np.array([0.0, 1.875]), "2χ/Γ")
ALT = "Drawn at drive {drive} and twist {twist}"


def draw(drive, twist):
    figure, axes = plt.subplots(figsize=(3, 2))
    axes.plot([0, drive], [0, twist])
    return figure


def widgets_of(kind, widget):
    inside = [
        found for child in getattr(widget, "children", ()) for found in widgets_of(kind, child)
    ]
    return [widget] * isinstance(widget, kind) + inside


def picture(shown):
    return widgets_of(HTML, shown)[0].value


def shades(html):
    """Grey values of the picture in ``html``."""
    png = base64.b64decode(html.split("base64,")[1].split('"')[0])
    return np.array(Image.open(io.BytesIO(png)).convert("L"), dtype=float)


# --- Axes


@pytest.mark.parametrize("values", [[1.0], [], 3, [[1, 2], [3, 4]], [0, np.nan], ["a", "b"]])
def test_an_axis_needs_a_list_of_numbers(values):
    with pytest.raises(ValueError, match="Argument values must be"):
        Axis("drive", values, "2Ω/(NΓ)")


def test_an_axis_starts_on_one_of_its_values_whatever_their_rounding():
    values = np.linspace(0, 1, 11)
    assert values[3] != 0.3
    assert Axis("drive", values, "2Ω/(NΓ)", start=0.3).start_index == 3
    with pytest.raises(
        ValueError, match=r"start must be one of the values of drive, but start = 0\.35"
    ):
        Axis("drive", values, "2Ω/(NΓ)", start=0.35)


def test_an_axis_refuses_a_format_that_writes_two_values_alike():
    with pytest.raises(ValueError, match="format must be fine enough"):
        Axis("drive", [0.11, 0.12], "2Ω/(NΓ)", format=".1f")


def test_integers_stay_integers():
    assert Axis("N", np.array([10, 100]), "N").values == (10, 100)
    assert type(Axis("N", np.array([10, 100]), "N").values[0]) is int


def test_a_value_may_be_written_by_a_function_whether_the_slider_has_it_or_not():
    axis = Axis("drive", [0.5, 1.0], "2Ω/(NΓ)", format=lambda drive: f"{drive:.2f}, twice NΓ/4")
    assert axis.texts[0] == "0.50, twice NΓ/4"
    assert axis.text(0.75) == "0.75, twice NΓ/4"


# --- With Python behind the sliders


def test_the_picture_follows_the_sliders():
    shown = explore(draw, DRIVE, TWIST, alt=ALT)
    drive, twist = widgets_of(SelectionSlider, shown)
    assert "Drawn at drive 1 and twist 0" in picture(shown)
    drive.index, twist.index = 2, 1
    assert "Drawn at drive 1.5 and twist 1.875" in picture(shown)
    assert (drive.label, twist.label) == ("1.5", "1.875")


def test_live_sliders_need_no_widget_that_colab_lacks(monkeypatch):
    monkeypatch.delattr(ipywidgets, "Stack")  # new in version 8, and Colab has 7.7.1
    monkeypatch.delitem(sys.modules, module.__name__)  # imported anew
    shown = explore(draw, DRIVE, TWIST, alt=ALT)
    widgets_of(SelectionSlider, shown)[0].index = 2
    assert "Drawn at drive 1.5" in picture(shown)


def test_nothing_beside_a_live_slider_can_be_typed_over(monkeypatch):
    live = widgets_of(SelectionSlider, explore(draw, DRIVE, TWIST, alt=ALT))
    monkeypatch.setenv(IN_BOOK, "1")  # where site.js makes the number plain text
    page = widgets_of(SelectionSlider, explore(draw, DRIVE, TWIST, alt=ALT))
    assert [slider.readout for slider in live + page] == [False, False, True, True]


def test_live_sliders_are_shown_as_the_widgets_of_colab_show_themselves(monkeypatch):
    shown = []
    monkeypatch.setattr(
        module.VBox, "_ipython_display_", lambda it: shown.append(it), raising=False
    )
    monkeypatch.setattr(module, "display", lambda *_, **__: None)
    sliders = explore(draw, DRIVE, TWIST, alt=ALT)
    sliders._ipython_display_()
    assert shown == [sliders]


KIND = Axis("twist", [0, 1.875], "Light", format={0: "kept", 1.875: "gone"}.get, buttons=True)


@pytest.mark.parametrize("page", [None, "1"])
def test_kinds_are_chosen_by_buttons_that_show_what_they_name(monkeypatch, page):
    if page:
        monkeypatch.setenv(IN_BOOK, page)
    shown = explore(draw, DRIVE, KIND, alt="The light is {twist}")
    [buttons] = widgets_of(ToggleButtons, shown)
    assert buttons.options == ("kept", "gone")
    assert len(widgets_of(SelectionSlider, shown)) == 1
    if page:
        pictures = [html.value for html in widgets_of(HTML, shown)]
        assert ["is kept" in p for p in pictures] == 3 * [True, False]
    else:
        buttons.index = 1
        assert "The light is gone" in picture(shown)


def test_a_drawing_is_made_once():
    drawn = []

    def counted(**values):
        drawn.append(values)
        return draw(**values)

    shown = explore(counted, DRIVE, TWIST, alt=ALT)
    slider = widgets_of(SelectionSlider, shown)[0]
    for index in (0, 1, 0, 2, 1):
        slider.index = index
    assert drawn == [{"drive": drive, "twist": 0.0} for drive in (1.0, 0.5, 1.5)]


@pytest.mark.parametrize(("slow", "smooth"), [(np.inf, True), (0, False)])
def test_only_fast_drawings_are_redrawn_while_the_slider_moves(monkeypatch, slow, smooth):
    monkeypatch.setattr(module, "SLOW", slow)
    shown = explore(draw, DRIVE, TWIST, alt=ALT)
    assert [slider.continuous_update for slider in widgets_of(SelectionSlider, shown)] == [
        smooth
    ] * 2


def test_an_error_inside_draw_stands_where_the_picture_was_until_the_slider_moves_on():
    def fails_at_half(drive, twist):
        if drive == 0.5:
            raise ArithmeticError("no <steady> state here")
        return draw(drive, twist)

    shown = explore(fails_at_half, DRIVE, TWIST, alt=ALT)
    slider = widgets_of(SelectionSlider, shown)[0]
    slider.index = 0
    assert "fails_at_half" in picture(shown)
    assert "ArithmeticError: no &lt;steady&gt; state here" in picture(shown)
    slider.index = 2
    assert "Drawn at drive 1.5" in picture(shown)


def test_an_error_inside_the_first_drawing_fails_the_cell():
    with pytest.raises(ZeroDivisionError):
        explore(lambda drive: 1 / 0, DRIVE, alt="nothing")


# --- Without Python, in the published page


def test_the_page_carries_the_pictures_that_a_notebook_would_draw(monkeypatch):
    live = explore(draw, DRIVE, TWIST, alt=ALT)
    drive, twist = widgets_of(SelectionSlider, live)
    drawn = []
    for drive.index in range(3):
        for twist.index in range(2):
            drawn.append(picture(live))
    monkeypatch.setenv(IN_BOOK, "1")
    page = explore(draw, DRIVE, TWIST, alt=ALT)
    finished = [html.value for html in widgets_of(HTML, page)]
    assert len(set(finished)) == len(set(drawn)) == 6
    for ours, theirs in zip(finished, drawn, strict=True):
        assert ours.split("src=")[0] == theirs.split("src=")[0]  # the words and the size
        assert abs(shades(ours) - shades(theirs)).max() < 16  # 64 colours instead of all
    outer = page.children[-1]
    assert outer.selected_index == 1
    assert [inner.selected_index for inner in outer.children] == [0, 0, 0]


def test_too_many_points_are_refused_before_anything_is_drawn():
    wide = Axis("drive", range(41), "2Ω/(NΓ)")
    tall = Axis("twist", range(7), "2χ/Γ")
    with pytest.raises(ValueError, match=r"at most 150 points together, but axes = \[41, 7\]"):
        explore(lambda **values: pytest.fail("drawn"), wide, tall, alt="nothing")
    with pytest.raises(ValueError, match="axes must be at least one"):
        explore(draw, alt="nothing")


def test_too_many_bytes_are_refused(monkeypatch):
    monkeypatch.setenv(IN_BOOK, "1")
    monkeypatch.setattr(module, "MOST_BYTES", 5000)
    with pytest.raises(ValueError, match="draw fewer points or smaller"):
        explore(draw, DRIVE, TWIST, alt=ALT)


# --- What a picture is


def test_a_picture_is_sharper_than_the_page_and_has_64_colours_there(monkeypatch):
    monkeypatch.setenv(IN_BOOK, "1")
    frame = explore(draw, DRIVE, TWIST, alt=ALT).frame
    image = Image.open(io.BytesIO(base64.b64decode(frame.png)))
    assert (frame.width, frame.height) == (300, 200)
    assert image.size == (450, 300)
    assert len(image.getcolors(256)) <= 64
    assert 'width="300" height="200"' in frame.html


def test_no_figure_stays_open():
    explore(draw, DRIVE, TWIST, alt=ALT)
    assert plt.get_fignums() == []
    mine = plt.figure()
    with pytest.raises(ZeroDivisionError):
        explore(lambda drive: draw(drive, 0) and 1 / 0, DRIVE, alt="nothing")
    assert plt.get_fignums() == [mine.number]
    plt.close(mine)


def test_viewers_without_widgets_get_the_starting_picture_and_its_words():
    shown = explore(draw, DRIVE, TWIST, alt=ALT)
    bundle = shown._repr_mimebundle_()
    assert bundle["image/png"] in picture(shown)
    assert bundle["text/plain"] == "Drawn at drive 1 and twist 0"
    assert "application/vnd.jupyter.widget-view+json" in bundle


def test_a_notebook_opened_without_its_kernel_has_the_starting_picture(monkeypatch):
    shown, outputs = explore(draw, DRIVE, TWIST, alt=ALT), []
    monkeypatch.setattr(module, "display", lambda bundle, raw: outputs.append(bundle))
    shown._ipython_display_()
    live, still = outputs
    assert "application/vnd.jupyter.widget-view+json" in live
    assert "image/png" not in live
    assert shown.frame.html in still["text/html"]
    assert still["image/png"] == shown.frame.png
    name = still["text/html"].split('"')[1]
    assert any(f".{name} {{ display: none }}" in html.value for html in widgets_of(HTML, shown))


def test_words_may_be_computed_from_the_values_and_are_escaped():
    shown = explore(draw, DRIVE, TWIST, alt=lambda drive, twist: f'"{drive / 2}" < {twist}')
    assert 'alt="&quot;0.5&quot; &lt; 0.0"' in picture(shown)


def test_the_result_of_a_drawing_ends_its_words_and_stands_above_it_with_the_values():
    figures = []

    def draw_and_tell(drive, twist):
        figures.append(draw(drive, twist))
        return figures[-1], f"ends at {drive - twist}, far from where it began, or so it seems"

    frame = Drawing(draw_and_tell, (DRIVE, TWIST), ALT).frame(drive=1.5, twist=0.0)
    result = "ends at 1.5, far from where it began, or so it seems"
    assert frame.alt == f"Drawn at drive 1.5 and twist 0: {result}"
    assert figures[0].get_suptitle().replace("\n", " ") == f"2Ω/(NΓ) = 1.5, 2χ/Γ = 0 {result}"
    extent = figures[0].texts[0].get_window_extent(FigureCanvasAgg(figures[0]).get_renderer())
    assert extent.x1 < figures[0].bbox.x1, "the words are cut"


def test_a_drawing_that_is_no_figure_is_named():
    with pytest.raises(
        TypeError, match="draw must return a Matplotlib figure, but it returned None"
    ):
        explore(lambda drive: None, DRIVE, alt="nothing")


def test_the_play_button_spans_the_whole_axis_from_its_start():
    axis = Axis("drive", range(5), "2Ω/(NΓ)", start=2, play=True)
    (button,) = widgets_of(Play, explore(lambda drive: draw(drive, 1), axis, alt="{drive}"))
    assert (button.min, button.value, button.max) == (0, 2, 4)
