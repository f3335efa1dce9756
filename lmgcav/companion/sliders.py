"""The widgets of `explore`, in a notebook and in the built book."""

import itertools
import time
import traceback
from functools import cache
from html import escape

from IPython.display import display
from ipywidgets import HTML, HBox, Layout, Play, SelectionSlider, ToggleButtons, VBox, jslink
from tqdm import tqdm

MOST_BYTES = 3_000_000  # of one figure's pictures, which a telephone has to load
SLOW = 0.2  # seconds a drawing may take to be redrawn while the slider still moves


class Exploration(VBox):
    """Sliders above a picture; where no widgets are shown, the starting picture alone."""

    def __init__(self, children, frame):
        super().__init__(children)
        self.frame = frame

    def _repr_mimebundle_(self, **kwargs):
        return super()._repr_mimebundle_(**kwargs) | self.frame.still


class LiveExploration(Exploration):
    """Widgets with Python behind them, and a picture for a notebook that is opened without it."""

    def __init__(self, children, frame):
        super().__init__(children, frame)
        self.stand_in = f"still-{self.model_id}"
        hidden = HTML(f"<style>.{self.stand_in} {{ display: none }}</style>")  # while this lives
        self.children += (hidden,)

    def _ipython_display_(self):
        if hasattr(VBox, "_ipython_display_"):  # version 7, that of Colab
            super()._ipython_display_()
        else:
            display(VBox._repr_mimebundle_(self), raw=True)
        html = f'<div class="{self.stand_in}">{self.frame.html}</div>'
        display({"text/html": html} | self.frame.still, raw=True)


def explored(drawing, in_book):
    """Return the widget of `explore` for a `Drawing`, with all its pictures in the book."""
    axes = drawing.axes
    points = [len(axis.values) for axis in axes]

    @cache
    def frame(*indices):
        values = {axis.name: axis.values[i] for axis, i in zip(axes, indices, strict=True)}
        return drawing.frame(few_colors=in_book, **values)

    label_width = f"{1 + 0.6 * max(len(axis.label) for axis in axes):.1f}em"  # tracks start aligned
    sliders = [(_buttons if axis.buttons else _slider)(axis, label_width) for axis in axes]

    began = time.perf_counter()
    first = frame(*(axis.start_index for axis in axes))
    seconds = time.perf_counter() - began

    if in_book:
        _draw_all(frame, points)
        kind, picture = Exploration, _stack(frame, sliders)
        seconds = 0  # finished pictures show at once
    else:
        kind, picture = LiveExploration, _redrawn(frame, sliders, smooth=seconds < SLOW)
    rows = [_row(axis, slider, seconds) for axis, slider in zip(axes, sliders, strict=True)]
    return kind([*rows, picture], first)


def _slider(axis, label_width):
    slider = SelectionSlider(
        options=axis.texts,
        index=axis.start_index,
        description=axis.label,
        style={"description_width": label_width},
        layout=Layout(width="auto", max_width="40rem"),
    )
    slider.tooltip = axis.label  # version 7, that of Colab, has none and warns of the argument
    return slider


def _buttons(axis, label_width):
    return ToggleButtons(
        options=axis.texts,
        index=axis.start_index,
        description=axis.label,
        style={"description_width": label_width, "button_width": "auto"},
    )


def _row(axis, slider, seconds):
    """Return the slider, after its play button if it has one."""
    if not axis.play:
        return slider
    last = len(axis.values) - 1
    milliseconds = max(200, round(2000 * seconds))  # so that live drawings keep up
    button = Play(max=last, value=slider.index, interval=milliseconds, show_repeat=False)
    jslink((button, "value"), (slider, "index"))
    slider.layout.flex = "1 1 20rem"  # on a phone, below the button
    return HBox([button, slider], layout=Layout(flex_flow="row wrap"))


def _redrawn(frame, sliders, smooth):
    """Return a picture that is drawn anew, in Python, whenever a slider moves."""
    picture = HTML(frame(*(slider.index for slider in sliders)).html)

    def redraw(_):
        try:
            picture.value = frame(*(slider.index for slider in sliders)).html
        except Exception:  # whatever it is: Jupyter would hide it in a log, far from the slider
            picture.value = f'<pre role="alert">{escape(traceback.format_exc())}</pre>'

    for slider in sliders:
        if isinstance(slider, SelectionSlider):
            slider.continuous_update = smooth
            slider.readout = False  # Jupyter would let one type over it, without effect
        slider.observe(redraw, "index")
    return picture


def _draw_all(frame, points):
    """Draw every point of the grid into the cache of ``frame``."""
    indices = list(itertools.product(*map(range, points)))
    size = 0
    for index in tqdm(indices, desc="Drawing every slider position", delay=2, leave=False):
        size += len(frame(*index).png)
        if size > MOST_BYTES:
            raise ValueError(
                f"The pictures of one explore must take at most {MOST_BYTES / 1e6:.0f} MB, but "
                f"its {len(indices)} take more; draw fewer points or smaller, plainer figures"
            )


def _stack(frame, sliders, *indices):
    """Return every picture; the browser shows the one that the sliders point at."""
    from ipywidgets import Stack  # which Colab lacks, and live notebooks do not need

    if len(indices) == len(sliders):
        return HTML(frame(*indices).html)
    slider = sliders[len(indices)]
    children = [_stack(frame, sliders, *indices, i) for i in range(len(slider.options))]
    stack = Stack(children, selected_index=slider.index)
    jslink((slider, "index"), (stack, "selected_index"))
    return stack
