"""What a search finds first: a Sphinx extension of this book alone.

Readers look for an equation or a figure by its number, and for subjects by the words of their field.
Each of these is an entry that leads to its place in a chapter; ``static/site.js`` ranks chapters
before what is said about them.
"""

from sphinx import addnodes

from lmgcav.companion.paper import EQUATIONS, FIGURES

SUBJECTS = {  # by the labels of equations and figures
    "eq-1": ["Tavis-Cummings", "Dicke model"],
    "eq-3": ["adiabatic elimination", "bad cavity"],
    "eq-4": ["Lindblad", "Lindblad equation", "master equation", "Liouvillian", "collective decay"],
    "eq-6": ["superradiant", "superradiant phase", "superradiance", "steady state"],
    "fig-1": ["phase transition", "order parameter"],
    "eq-12": ["spin squeezing", "Wineland parameter", "entanglement"],
    "eq-13": ["Husimi function", "Q function"],
    "eq-15": ["mean-field equations", "Bloch equations", "bistability"],
    "fig-5": ["phase diagram", "multistability"],
    "fig-7": ["quantum dynamics", "time evolution"],
    "fig-11": ["Liouvillian gap", "eigenvalues", "dissipative phase transition"],
    "eq-A1": ["one-axis twisting", "envelope"],
}


def setup(app):
    """Register the extension with Sphinx."""
    app.connect("doctree-resolved", add_entries)
    return {"version": "1", "parallel_read_safe": True}


def add_entries(app, doctree, docname):
    """Enter the equations, figures and subjects of a page in the index that a search reads."""
    places = app.env.get_domain("std").anonlabels
    for label, words in found_under().items():
        page, place = places.get(label, ("", ""))
        if page == docname:
            doctree += addnodes.index(
                entries=[("single", word, place, "main", None) for word in words]
            )


def found_under():
    """Words that lead to each label: numbers as readers write them, and subjects."""
    words = {label: list(subjects) for label, subjects in SUBJECTS.items()}
    numbered = {}
    for entry in [*EQUATIONS, *FIGURES]:
        kind, number = entry.where.partition(",")[0].split()[:2]
        whole = number.strip("()").partition("(")[0]
        for name in (f"{kind} {number}", f"{kind} {whole}"):
            numbered.setdefault(name, entry.label)
    for name, label in numbered.items():
        full = name.replace("Eq.", "Equation").replace("Fig.", "Figure")
        words.setdefault(label, []).extend([name, name.replace(".", ""), full])
    return words
