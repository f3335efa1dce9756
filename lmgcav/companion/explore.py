"""Sliders that redraw a figure, in a live notebook and in the published page.

:func:`explore` draws ``draw(**values)`` for the values that its sliders show. In Jupyter each
move of a slider calls ``draw``. A published page has no Python behind it: while the book is
built, every point of the grid is drawn once, and the sliders choose among the finished pictures.
The sliders step through the same discrete values in both, so the two agree exactly.
"""

import base64
import io
import itertools
import math
import os
import time
import traceback
from dataclasses import KW_ONLY, dataclass
from functools import cache
from html import escape

import matplotlib.pyplot as plt
import numpy as np
from ipywidgets import HTML, HBox, Layout, Play, SelectionSlider, Stack, VBox, jslink
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image
from tqdm import tqdm

from ..arguments import finite_array, refuse

IN_BOOK = "LMGCAV_BUILDS_BOOK"  # the environment variable that the build of the book sets
MOST_FRAMES = 150  # the build of the book draws them all
MOST_BYTES = 3_000_000  # of one figure's pictures, which a telephone has to load
PIXELS_PER_INCH = 100  # on the page
DOTS_PER_PIXEL = 1.5  # sharp enough on fine screens, light enough for a hundred frames
SLOW = 0.2  # seconds a drawing may take to be redrawn while the slider still moves


@dataclass(frozen=True)
class Axis:
    """One slider: the argument of ``draw`` that it sets, and the values that it offers.

    Parameters
    ----------
    name : str
        Name of the argument of ``draw``.
    values : array_like, shape (n,)
        At least two numbers, in the order of the slider.
    label : str
        What stands beside the slider, in plain text (``$…$`` is not typeset there).
    start : float, optional
        One of ``values``, the first unless given.
    format : str
        How a value is written, as for the built-in ``format``.
    play : bool
        Whether a button steps through the values by itself.
    """

    name: str
    values: tuple
    label: str
    _: KW_ONLY
    start: float | None = None
    format: str = ".4g"
    play: bool = False

    def __post_init__(self):
        if finite_array("values", self.values).ndim != 1 or len(self.values) < 2:
            refuse("values", "a list of two numbers or more", self.values)
        object.__setattr__(self, "values", tuple(np.asarray(self.values).tolist()))
        if self.start is not None and not np.isclose(self.values, self.start).any():
            refuse("start", f"one of the values of {self.name}", self.start)
        if len(set(self.texts)) < len(self.values):
            refuse("format", f"fine enough to tell the values of {self.name} apart", self.format)

    @property
    def texts(self):
        """The values as the slider writes them."""
        return [format(value, self.format) for value in self.values]

    @property
    def start_index(self):
        """Position of ``start`` in ``values``."""
        return 0 if self.start is None else int(np.argmax(np.isclose(self.values, self.start)))


@dataclass(frozen=True)
class Frame:
    """One drawing: a PNG picture in base64, its size on the page in pixels, and its words."""

    png: str
    width: int
    height: int
    alt: str

    @property
    def html(self):
        """The picture as an element that shrinks with a narrow page and never moves the text."""
        return (
            f'<img alt="{escape(self.alt)}" width="{self.width}" height="{self.height}" '
            f'style="max-width: 100%; height: auto" src="data:image/png;base64,{self.png}">'
        )


class Exploration(VBox):
    """Sliders above a picture; where no widgets are shown, the starting picture alone."""

    def __init__(self, children, frame):
        super().__init__(children)
        self.frame = frame

    def _repr_mimebundle_(self, **kwargs):
        still = {"image/png": self.frame.png, "text/plain": self.frame.alt}
        return super()._repr_mimebundle_(**kwargs) | still


def explore(draw, *axes, alt):
    """Show ``draw(**values)`` under one slider for each axis.

    Parameters
    ----------
    draw : callable
        Takes one keyword argument for each axis and returns a Matplotlib figure, always of the
        same size.
    *axes : Axis
        The sliders, from top to bottom. Together they have at most 150 grid points.
    alt : str or callable
        What is drawn, in words. A string has the names of the axes in braces, which are replaced
        by the values as the sliders write them; a callable takes what ``draw`` takes.

    Returns
    -------
    Exploration
        A widget, to be left as the last line of a cell.

    Raises
    ------
    ValueError
        If there are no axes or too many points, or if the finished pictures of the published
        page exceed 3 MB.
    TypeError
        If ``draw`` returns no figure.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> def draw(drive):
    ...     figure = Figure(figsize=(2, 1))
    ...     figure.subplots().plot([0, drive])
    ...     return figure
    >>> shown = explore(draw, Axis("drive", [0.5, 1.0], "2Ω/(NΓ)"), alt="A line to {drive}")
    >>> shown.frame.alt
    'A line to 0.5'
    """
    points = [len(axis.values) for axis in axes]
    if not axes or math.prod(points) > MOST_FRAMES:
        refuse("axes", f"at least one, of at most {MOST_FRAMES} points together", points)
    in_book = bool(os.environ.get(IN_BOOK))
    frame = cache(lambda *indices: _frame(draw, axes, alt, indices, few_colors=in_book))
    label_width = f"{1 + 0.6 * max(len(axis.label) for axis in axes):.1f}em"  # tracks start aligned
    sliders = [_slider(axis, label_width) for axis in axes]

    began = time.perf_counter()
    first = frame(*(axis.start_index for axis in axes))
    seconds = time.perf_counter() - began

    if in_book:
        _draw_all(frame, points)
        picture = _stack(frame, sliders)
        seconds = 0  # finished pictures show at once
    else:
        picture = _redrawn(frame, sliders, smooth=seconds < SLOW)
    rows = [_row(axis, slider, seconds) for axis, slider in zip(axes, sliders, strict=True)]
    return Exploration([*rows, picture], first)


def _frame(draw, axes, alt, indices, few_colors):
    values = {axis.name: axis.values[i] for axis, i in zip(axes, indices, strict=True)}
    texts = {axis.name: axis.texts[i] for axis, i in zip(axes, indices, strict=True)}
    figure = draw(**values)
    if not isinstance(figure, Figure):
        raise TypeError(f"draw must return a Matplotlib figure, but it returned {figure!r}")
    words = alt(**values) if callable(alt) else alt.format(**texts)
    return framed(figure, words, few_colors)


def framed(figure, words, few_colors):
    """Return a figure, which it closes, as a `Frame` with alternative text."""
    width, height = (round(PIXELS_PER_INCH * inches) for inches in figure.get_size_inches())
    return Frame(base64.b64encode(_png(figure, few_colors)).decode(), width, height, words)


def _png(figure, few_colors):
    """Return the PNG of ``figure``; in 64 colours it takes a third of the bytes but longer."""
    figure.set_dpi(DOTS_PER_PIXEL * PIXELS_PER_INCH)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    plt.close(figure)
    picture = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
    png = io.BytesIO()
    if few_colors:
        picture.quantize(64, kmeans=2).save(png, format="png", optimize=True)
    else:
        picture.save(png, format="png", compress_level=1)
    return png.getvalue()


def _slider(axis, label_width):
    return SelectionSlider(
        options=axis.texts,
        index=axis.start_index,
        description=axis.label,
        tooltip=axis.label,
        style={"description_width": label_width},
        layout=Layout(width="auto", max_width="40rem"),
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
        slider.continuous_update = smooth
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
    if len(indices) == len(sliders):
        return HTML(frame(*indices).html)
    slider = sliders[len(indices)]
    children = [_stack(frame, sliders, *indices, i) for i in range(len(slider.options))]
    stack = Stack(children, selected_index=slider.index)
    jslink((slider, "index"), (stack, "selected_index"))
    return stack
