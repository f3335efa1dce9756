"""What has to happen in the browser before `lmgcav` is imported.

The SciPy of Pyodide is 1.14. Two functions that the package takes from 1.15 are there already,
under other names. To start in less time: SciPy imports all of NumPy by its list of names, and with
it a compiler of Fortran and a framework of tests, which leave the list; and Matplotlib reads every
font before it draws, so those for PDF alone go.
"""

import shutil
import sys
from pathlib import Path
from types import ModuleType

import numpy as np

for unused in ("f2py", "testing"):
    np.__all__.remove(unused)

import matplotlib
import scipy.integrate
from scipy.integrate._tanhsinh import _tanhsinh
from scipy.optimize._chandrupatla import _chandrupatla

scipy.integrate.tanhsinh = _tanhsinh
elementwise = ModuleType("scipy.optimize.elementwise")
elementwise.find_root = lambda f, bracket, **options: _chandrupatla(f, *bracket, **options)
sys.modules[elementwise.__name__] = elementwise

for kind in ("afm", "pdfcorefonts"):
    shutil.rmtree(Path(matplotlib.get_data_path(), "fonts", kind))


def page():
    """Return what the script of a page talks to."""
    from lmgcav.companion.page import Page

    return Page()
