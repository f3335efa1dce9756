"""What has to happen in the browser before `lmgcav` is imported.

The SciPy of Pyodide is 1.14. Two functions that the package takes from 1.15 are there already,
under other names. SciPy imports all of NumPy by its list of names, and with it a compiler of Fortran
and the framework of its tests, which take a tenth of the time to start: they leave the list.
"""

import sys
from types import ModuleType

import numpy as np

for unused in ("f2py", "testing"):
    np.__all__.remove(unused)

import scipy.integrate
from scipy.integrate._tanhsinh import _tanhsinh
from scipy.optimize._chandrupatla import _chandrupatla

scipy.integrate.tanhsinh = _tanhsinh
elementwise = ModuleType("scipy.optimize.elementwise")
elementwise.find_root = lambda f, bracket, **options: _chandrupatla(f, *bracket, **options)
sys.modules[elementwise.__name__] = elementwise


def page():
    """Return what the script of a page talks to."""
    from lmgcav.companion.page import Page

    return Page()
