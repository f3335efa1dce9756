"""A form follows the numbers that are entered, and refuses bad ones without losing anything."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from ipywidgets import FloatText

from lmgcav import Experiment, Scattering
from lmgcav.companion import sliders
from lmgcav.companion.explore import IN_BOOK, IN_PAGE
from lmgcav.companion.form import experiment_form
from lmgcav.companion.report import Report

MINE = Experiment(
    N=1000,
    g=2 * np.pi * 10e3,
    kappa=2 * np.pi * 150e3,
    Delta=2 * np.pi * 300e3,
    Omega=2 * np.pi * 200e3,
    scattering=Scattering(decay=2 * np.pi * 7.5e3, loss=0.5),
)


@pytest.fixture
def form():
    return experiment_form(MINE)


def field(form, start):
    (found,) = (child for child in form.children if child.description.startswith(start))
    return found


def test_fields_carry_the_numbers_with_their_units(form):
    fields = [child for child in form.children if isinstance(child, FloatText)]
    values = [1000, 10e3, 150e3, 300e3, 200e3, 7.5e3, 0, 0.5]
    assert [field.value for field in fields] == values
    assert all("Hz)" in field.description or "1/s)" in field.description for field in fields[1:])


def test_the_report_and_the_picture_follow_a_field(form):
    shown = form.children[-2]
    before = shown.value
    assert Report(MINE)._repr_html_() in before
    assert "multistable region" in before
    field(form, "Rabi frequency").value = 5e6
    assert "<th>phase</th><td>normal</td>" in shown.value
    assert "normal region" in shown.value
    field(form, "Rabi frequency").value = 200e3
    assert shown.value == before


@pytest.mark.parametrize(
    ("start", "value", "sentence"),
    [
        ("Linewidth", 0, "Argument kappa must be positive, but kappa = 0.0."),
        ("Coupling", np.nan, "Argument g must be a finite real number, but g = nan."),
        ("Atoms", 3.5, "Argument N must be a positive integer, but N = 3.5."),
        ("Dephasing", 1e30, "Argument ts[-1] must be at most"),
        ("Loss", -1, "Argument loss must be at least 0, but loss = -1.0."),
    ],
)
def test_a_bad_number_is_refused_in_a_sentence_and_nothing_is_lost(form, start, value, sentence):
    *_, message, shown, _ = form.children
    before, wrong = shown.value, field(form, start)
    good, wrong.value = wrong.value, value
    assert sentence in message.value
    assert plt.get_fignums() == []
    assert shown.value == before
    assert field(form, "Rabi frequency").value == 200e3
    wrong.value = good
    assert message.value == ""


def test_a_number_of_atoms_may_be_written_in_powers_of_ten(form):
    field(form, "Atoms").value = 1e5
    assert "<th>NΓ/2π</th><td>15.7 MHz</td>" in form.children[-2].value


def test_a_notebook_opened_without_its_kernel_has_the_first_report(form, monkeypatch):
    outputs = []
    monkeypatch.setattr(sliders, "display", lambda bundle, raw: outputs.append(bundle))
    form._ipython_display_()
    live, still = outputs
    assert "application/vnd.jupyter.widget-view+json" in live
    assert form.children[-2].value in still["text/html"]


def test_the_published_page_shows_the_report_and_no_form(form, monkeypatch):
    monkeypatch.setenv(IN_BOOK, "1")
    page = experiment_form(MINE)
    assert page._repr_html_() == form.children[-2].value
    assert not hasattr(page, "children")


def test_the_fields_of_a_page_that_computes_are_those_of_the_form(form, monkeypatch):
    monkeypatch.setenv(IN_PAGE, "1")
    page = experiment_form(MINE)
    given = {axis.name: axis.values[axis.start_index] for axis in page.axes}
    live = [child for child in form.children if isinstance(child, FloatText)]
    assert [axis.label for axis in page.axes] == [field.description for field in live]
    assert list(given.values()) == [field.value for field in live]
    field(form, "Rabi frequency").value = 5e6
    assert page.frame(**given | {"Omega": 5e6}).html == form.children[-2].value
    with pytest.raises(ValueError, match="Argument N must be a positive integer"):
        page.frame(**given | {"N": 3.5})
