"""Each chapter is executed once, and again only when something that it rests on has changed."""

import ast
import importlib
import json
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from sphinx.errors import ExtensionError

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def executed():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / "book/site")
        yield importlib.import_module("executed")


# --- What the outputs of a chapter rest on


@pytest.fixture
def tree(tmp_path):
    """A copy of all that chapters rest on."""
    shutil.copytree(ROOT / "lmgcav", tmp_path / "lmgcav")
    shutil.copytree(ROOT / "book", tmp_path / "book", ignore=shutil.ignore_patterns("site"))
    shutil.copy(ROOT / "requirements.txt", tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    "module",
    [
        "model.py",  # by lmgcav/__init__.py
        "arguments.py",  # by all of physics
        "cavity.py",  # by the exercises
        "companion/claims/envelope.py",  # by a name that is put together
    ],
)
def test_a_module_that_a_chapter_imports_indirectly_counts(executed, tree, module):
    before = executed.key(tree, "book/03_steady_state")
    file = tree / "lmgcav" / module
    file.write_text(file.read_text() + "\ndef unheard_of():\n    return 1\n")
    assert executed.key(tree, "book/03_steady_state") != before


@pytest.mark.parametrize(
    ("chapter", "module"),
    [
        ("03_steady_state", "companion/form.py"),
        ("03_steady_state", "companion/recorded/record.py"),
        ("sweeps", "companion/exercises.py"),
    ],
)
def test_a_module_that_a_chapter_does_not_import_does_not_count(executed, tree, chapter, module):
    before = executed.key(tree, f"book/{chapter}")
    file = tree / "lmgcav" / module
    file.write_text(file.read_text() + "\ndef unheard_of():\n    return 1\n")
    assert executed.key(tree, f"book/{chapter}") == before


def test_text_data_and_versions_count_but_comments_and_other_chapters_do_not(executed, tree):
    keys = {executed.key(tree, "book/03_steady_state")}
    for same in ["lmgcav/model.py", "book/references.bib", "book/04a_mean_field.ipynb"]:
        (tree / same).write_text((tree / same).read_text() + "\n# a comment\n")
    keys.add(executed.key(tree, "book/03_steady_state"))
    assert len(keys) == 1
    for other in ["book/03_steady_state.ipynb", "requirements.txt", "lmgcav/companion/new.npz"]:
        with (tree / other).open("a") as file:
            file.write(" ")
        keys.add(executed.key(tree, "book/03_steady_state"))
    assert len(keys) == 4


LOADED = """
import sys
{imports}
print(*(m.__file__ for name, m in sys.modules.items() if name.split(".")[0] == "lmgcav"))
"""


@pytest.mark.parametrize("chapter", ["06c_experiment", "sweeps"])
def test_every_module_that_python_loads_counts(executed, chapter):
    path = ROOT / f"book/{chapter}.ipynb"
    nodes = ast.walk(ast.parse(executed.code_of(path)))
    lines = [ast.unparse(node) for node in nodes if isinstance(node, ast.Import | ast.ImportFrom)]
    script = LOADED.format(imports="\n".join(line for line in lines if "lmgcav" in line))
    run = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    loaded = set(map(Path, run.stdout.split()))
    assert len(loaded) > 10
    assert loaded <= executed.imported(ROOT, path)  # which has imports within functions, too


# --- What is executed


@pytest.fixture
def book(tmp_path):
    """Make a little book of chapters with one cell each."""
    (tmp_path / "book").mkdir()
    (tmp_path / "requirements.txt").touch()

    def write(**codes):
        for name, code in codes.items():
            notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
            nbformat.write(notebook, tmp_path / f"book/{name}.ipynb")
        found = {f"book/{path.stem}" for path in tmp_path.glob("book/*.ipynb")} | {"book/index"}
        places = {name: tmp_path / f"{name}.ipynb" for name in found}
        places["book/index"] = tmp_path / "book/index.md"
        env = SimpleNamespace(found_docs=found, doc2path=places.get)
        return SimpleNamespace(srcdir=tmp_path, outdir=tmp_path / "_build/html", env=env)

    return write


def test_a_failing_chapter_costs_no_other_and_only_what_changed_runs_again(
    executed, book, capfd, monkeypatch
):
    monkeypatch.setattr(executed, "PARALLEL", [])  # which the build of the book itself tries
    app = book(good="print(6 * 7)", bad="1 / 0")

    def run():
        return executed.execute_chapters(app, app.env, (), (), ())

    with pytest.raises(ExtensionError, match="what went well is kept"):
        run()
    assert "ZeroDivisionError" in capfd.readouterr().out
    app = book(bad="1 / 1")
    assert run() == ["book/bad"]
    assert run() == []
    source = [""]
    executed.show_outputs(app, "book/good", source)
    [cell] = json.loads(source[0])["cells"]
    assert cell["outputs"][0]["text"] == ["42\n"]
    took = executed.run_of(app, "book/good")
    assert min(took["seconds"], took["busy"]) > 0
    assert took["megabytes"] > 10
