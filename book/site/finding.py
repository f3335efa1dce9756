"""What a search finds first: a Sphinx extension of this book alone.

Readers look for an equation or a figure by its number, and for subjects by the words of their field.
Each of these is an entry that leads to its place in a chapter; ``static/site.js`` ranks chapters
before what is said about them.
"""

from sphinx import addnodes

from lmgcav.companion.paper import EQUATIONS, FIGURES

SUBJECTS = {  # by the labels of equations and figures
    "eq-1": ["Tavis-Cummings", "Dicke model", "Dicke states", "Dicke"],
    "eq-3": ["adiabatic elimination", "bad cavity"],
    "eq-4": ["Lindblad", "Lindblad equation", "master equation", "Liouvillian", "collective decay"],
    "eq-5": ["one-axis twisting", "Lipkin-Meshkov-Glick"],
    "eq-6": ["superradiant", "superradiant phase", "superradiance", "steady state"],
    "fig-1": ["phase transition", "order parameter"],
    "eq-12": ["spin squeezing", "squeezing", "Wineland parameter", "entanglement", "decibel"],
    "fig-fisher": ["quantum Fisher information", "Fisher information"],
    "eq-13": ["Husimi function", "Husimi", "Q function"],
    "eq-15": ["mean-field equations", "mean field", "Bloch equations"],
    "eq-23": ["fixed points", "bifurcation"],
    "fig-5": ["phase diagram", "multistability", "multistable", "bistability", "bistable"],
    "fig-7": ["quantum dynamics", "time evolution", "Rabi oscillation"],
    "fig-8": ["metastable", "metastability"],
    "fig-11": ["Liouvillian gap", "eigenvalues", "dissipative phase transition"],
    "fig-disturbed": ["decoherence", "light scattering", "atom loss"],
    "fig-sampled": ["truncated Wigner"],
    "fig-junction": ["hysteresis", "Josephson junction"],
    "fig-experiment": ["strontium", "cavity linewidth", "cooperativity", "finesse"],
    "fig-memory": ["photon correlation", "photon correlations", "bunching", "g2", "g(2)"],
    "fig-spectrum-map": ["Mollow triplet", "Mollow", "emission spectrum"],
    "fig-run": ["quantum trajectories", "quantum jumps", "homodyne", "photon counting"],
    "fig-crystal": ["boundary time crystal", "time crystal"],
    "eq-A1": ["envelope", "dephasing"],
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
