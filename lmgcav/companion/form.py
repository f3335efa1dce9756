"""A form for the numbers of one's own experiment.

Where Python is live, in Jupyter, :func:`experiment_form` has a field for each number, and a report
and a picture that follow. A published page shows the report and the picture of the numbers that
the cell gives, and has the same fields when its reader lets it compute.
"""

import os
from dataclasses import dataclass
from functools import cached_property
from html import escape

import matplotlib.pyplot as plt
import numpy as np

from .. import arguments
from ..experiment import Experiment
from ..scattering import Scattering
from .explore import IN_BOOK, IN_PAGE, Interactive, framed, no_figure_left
from .figures import draw_experiment
from .report import Report

HERTZ = 2 * np.pi  # a frequency as a rate in 1/s
FIELDS = {  # what stands beside each field, and its unit
    "N": ("Atoms N", 1),
    "g": ("Coupling g/2π (Hz)", HERTZ),
    "kappa": ("Linewidth κ/2π (Hz)", HERTZ),
    "Delta": ("Detuning Δ/2π (Hz)", HERTZ),
    "Omega": ("Rabi frequency Ω/2π (Hz)", HERTZ),
    "decay": ("Atomic linewidth γ/2π (Hz)", HERTZ),
    "dephasing": ("Dephasing γ_φ (1/s)", 1),
    "loss": ("Loss γ_l (1/s)", 1),
}


def experiment_form(experiment):
    """Show the numbers of an experiment in fields, above its report and picture.

    Parameters
    ----------
    experiment : Experiment
        The numbers at the start.

    Returns
    -------
    ipywidgets.VBox or Page
        To be left as the last line of a cell; in the published page the report alone, and what
        its own fields ask for others. A notebook opened without its kernel has the first report.

    Examples
    --------
    >>> mine = Experiment.tuned(N=1000, detuning=0.5, ratio=0.4, g=1e4, kappa=1e6)
    >>> [field.description for field in experiment_form(mine).children[:2]]
    ['Atoms N', 'Coupling g/2π (Hz)']
    """
    arguments.instance("experiment", Experiment, experiment)
    if os.environ.get(IN_BOOK) or os.environ.get(IN_PAGE):
        return Page(experiment)
    from ipywidgets import HTML, FloatText, Layout  # a browser has no widgets in Python

    from .sliders import LiveExploration

    fields = {
        field.name: FloatText(
            field.value,
            description=field.label,
            style={"description_width": "14em"},
            layout=Layout(width="auto", max_width="26em"),
        )
        for field in fields_of(experiment)
    }
    first = Page(experiment)
    message, shown = HTML(), HTML(first.html)

    def update(_):
        message.value = '<p role="status">Computing …</p>'
        try:
            shown.value = page(entered({name: field.value for name, field in fields.items()}))
            message.value = ""
        except (ArithmeticError, MemoryError, ValueError) as error:
            said = f"{error}. Below stands the last report."
            message.value = f'<p role="alert"><strong>{escape(said)}</strong></p>'

    for field in fields.values():
        field.observe(update, "value")
    return LiveExploration([*fields.values(), message, shown], first)


@dataclass(frozen=True)
class Field:
    """One number of an experiment: an `Axis` without a slider, for any value from that given."""

    name: str
    label: str
    value: float
    any_value = True
    whole = False  # N may be written as 1e5
    start_index = 0

    @property
    def values(self):
        """The number given."""
        return [self.value]

    @property
    def texts(self):
        """The number as one writes it."""
        return [f"{self.value:g}"]


def fields_of(experiment):
    """Return a `Field` for each number of an experiment."""
    given = vars(experiment) | vars(experiment.scattering)
    return [
        Field(name, label, float(f"{given[name] / unit:.12g}"))  # 150000, not 149999.99999999997
        for name, (label, unit) in FIELDS.items()
    ]


@dataclass(frozen=True)
class Page(Interactive):
    """The report on an experiment and its picture, at the end of a cell."""

    experiment: Experiment

    @cached_property
    def html(self):
        """The report and the picture."""
        return page(self.experiment)

    @property
    def still(self):
        """What a viewer without HTML shows, by types of media."""
        return {"text/plain": str(self.experiment)}

    def _repr_html_(self):
        return self.html

    @property
    def axes(self):
        """The fields for other numbers."""
        return fields_of(self.experiment)

    def frame(self, **numbers):
        """Return the report and the picture for the numbers of the fields."""
        return Page(entered(numbers))


def entered(numbers):
    """Experiment with the numbers of the fields."""
    rates = {name: numbers[name] * unit for name, (_, unit) in FIELDS.items()}
    if rates["N"].is_integer():  # a field for integers would read "1e5" as 1
        rates["N"] = int(rates["N"])
    scattering = Scattering(**{name: rates.pop(name) for name in vars(Scattering())})
    return Experiment(**rates, scattering=scattering)


@no_figure_left()
def page(experiment):
    """HTML of the report on an experiment and its picture."""
    figure, axes = plt.subplots(2, figsize=(6, 5))
    draw_experiment(*axes, experiment)
    stages = ", ".join(f"{stage} in {time:.2g} s" for stage, time in experiment.stages().items())
    alt = f"Above, a dot in the {experiment.phase} region; below, the stages: {stages}"
    return Report(experiment)._repr_html_() + framed(figure, alt, few_colors=True).html
