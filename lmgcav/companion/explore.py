"""Sliders that redraw a figure, in a live notebook and in the published page.

:func:`explore` draws ``draw(**values)`` for the values that its sliders show. In Jupyter each
move of a slider calls ``draw``. A published page has no Python behind it: while the book is
built, every point of the grid is drawn once, and the sliders choose among the finished pictures.
The sliders step through the same discrete values in both, so the two agree exactly.
"""

import base64
import io
import math
import os
import textwrap
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import KW_ONLY, dataclass
from html import escape

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from ..arguments import finite_array, refuse

IN_BOOK = "LMGCAV_BUILDS_BOOK"  # the environment variable that the build of the book sets
IN_PAGE = "LMGCAV_IN_PAGE"  # and the one that is set behind a published page
MOST_FRAMES = 150  # the build of the book draws them all
PIXELS_PER_INCH = 100  # on the page
DOTS_PER_PIXEL = 1.5  # sharp enough on fine screens, light enough for a hundred frames
SETTLED = 200  # pixels, of half a million: for fewer no palette need be better
SIZE_OF_WORDS = 11  # points, of the values that stand above a drawing
LETTERS_PER_INCH = 12  # of that size, nearly all of which fit


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
    format : str or callable
        How a value is written, as for the built-in ``format``, or the function that writes it.
    play : bool
        Whether a button steps through the values by itself.
    fixed : bool
        Whether only these values make sense, as for sizes that were recorded. A published page
        that computes offers others, whole numbers where all values are whole.
    buttons : bool
        Whether the values are kinds of things without an order between them, which ``format``
        names: one of several buttons then takes the place of the slider.
    """

    name: str
    values: tuple
    label: str
    _: KW_ONLY
    start: float | None = None
    format: str | Callable = ".4g"
    play: bool = False
    fixed: bool = False
    buttons: bool = False

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
        return [self.text(value) for value in self.values]

    def text(self, value):
        """Return any value as it stands in the alternative text: in full if the slider lacks it."""
        if callable(self.format):
            return self.format(value)
        return format(value, self.format if value in self.values else ".10g")

    @property
    def any_value(self):
        """Whether values between those of the slider make sense."""
        return not (self.fixed or self.buttons)

    @property
    def whole(self):
        """Whether the values are integers."""
        return all(isinstance(value, int) for value in self.values)

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

    @property
    def still(self):
        """The picture and its words, by types of media."""
        return {"image/png": self.png, "text/plain": self.alt}


def explore(draw, *axes, alt):
    """Show ``draw(**values)`` under one slider for each axis.

    Parameters
    ----------
    draw : callable
        Takes one keyword argument for each axis and returns a Matplotlib figure, always of the
        same size, or such a figure and its main result in words. The values of the axes and these
        words stand above the drawing; the words end the alternative text, too.
    *axes : Axis
        The sliders, from top to bottom. Together they have at most 150 grid points.
    alt : str or callable
        What is drawn, in words. A string has the names of the axes in braces, which are replaced
        by the values as the sliders write them; a callable takes what ``draw`` takes.

    Returns
    -------
    Exploration or Drawing
        A widget, to be left as the last line of a cell; behind a published page, which has its
        own sliders, what they ask for pictures.

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
    drawing = Drawing(draw, axes, alt)
    if os.environ.get(IN_PAGE):
        return drawing
    from .sliders import explored  # a browser has no widgets in Python

    return explored(drawing, in_book=bool(os.environ.get(IN_BOOK)))


class Interactive:
    """What a published page has inputs for: `axes`, and `frame` of any values with its ``html``."""


@contextmanager
def no_figure_left():
    """Close what is drawn inside, if it fails, too: Jupyter would show it below the next cell."""
    before = {*plt.get_fignums()}
    try:
        yield
    finally:
        for number in {*plt.get_fignums()} - before:
            plt.close(number)


@dataclass(frozen=True)
class Drawing(Interactive):
    """What `explore` draws, for any values of its axes."""

    draw: Callable
    axes: tuple
    alt: str | Callable

    @no_figure_left()
    def frame(self, few_colors=False, **values):
        """Draw the picture of some values, not only those of the grid, as a `Frame`."""
        drawn = self.draw(**values)
        figure, result = drawn if isinstance(drawn, tuple) else (drawn, "")
        if not isinstance(figure, Figure):
            raise TypeError(f"draw must return a Matplotlib figure, but it returned {figure!r}")
        texts = {axis.name: axis.text(values[axis.name]) for axis in self.axes}
        settings = ", ".join(f"{axis.label} = {texts[axis.name]}" for axis in self.axes)
        entitle(figure, settings, result)
        words = self.alt(**values) if callable(self.alt) else self.alt.format(**texts)
        return framed(figure, f"{words}: {result}" if result else words, few_colors)


def entitle(figure, *lines):
    """Write lines above a drawing, each broken where the figure ends."""
    width = int(LETTERS_PER_INCH * figure.get_figwidth())
    broken = [part for line in lines for part in textwrap.wrap(line, width)]
    figure.suptitle("\n".join(broken), x=0.01, ha="left", size=SIZE_OF_WORDS)


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
        picture.quantize(64, kmeans=SETTLED).save(png, format="png", optimize=True)
    else:
        picture.save(png, format="png", compress_level=1)
    return png.getvalue()
