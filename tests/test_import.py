"""`import lmgcav` needs numpy and scipy alone."""

import inspect
import subprocess
import sys

import lmgcav


def test_importing_the_package_loads_no_plotting_no_widgets_and_no_qutip():
    code = "import lmgcav, sys; print(*{name.partition('.')[0] for name in sys.modules})"
    loaded = subprocess.check_output([sys.executable, "-c", code], text=True).split()
    assert "lmgcav" in loaded
    assert not {"qutip", "matplotlib", "ipywidgets", "IPython", "tqdm", "xarray"} & set(loaded)


def test_importing_the_package_asks_for_no_processes_which_browsers_lack():
    code = "import sys; sys.modules['_multiprocessing'] = None; import lmgcav"
    subprocess.check_call([sys.executable, "-c", code])


def test_public_names_are_sorted_and_exist():
    assert sorted(lmgcav.__all__, key=lambda name: (not name.isupper(), name)) == lmgcav.__all__
    assert all(hasattr(lmgcav, name) for name in lmgcav.__all__)


def test_public_functions_carry_types():
    for name in lmgcav.__all__:
        if inspect.isfunction(function := getattr(lmgcav, name)):
            signature = inspect.signature(function)
            named = [p for p in signature.parameters.values() if p.kind != p.VAR_KEYWORD]
            types = [signature.return_annotation, *(p.annotation for p in named)]
            assert signature.empty not in types, f"say of what types {name} is"
