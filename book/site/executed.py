"""Each chapter executed once, and again only after a change: a Sphinx extension of this book.

Before the pages are read, nbmake executes copies of the chapters in ``build/chapters``, as many at
a time as there are cores. Each that has run without an error is kept with its outputs in
``_build/executed``, and the pages show exactly these. A chapter runs again when its text has
changed, or a module of lmgcav that it imports, directly or not, or recorded data, or a pinned
version. There is no limit in seconds: what hangs is ended by whoever started the build.
"""

import ast
import hashlib
import json
import re
import subprocess
import sys
from datetime import datetime
from functools import cache
from pathlib import Path

import nbformat
from sphinx.errors import ExtensionError

NBMAKE = [
    "-m",
    "pytest",
    "--nbmake",
    "--overwrite",
    "--nbmake-timeout=-1",
    "-p",
    "no:cacheprovider",
]
PARALLEL = ["--numprocesses=auto", "--dist=worksteal"]

USAGE = """from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage

used = [getrusage(who) for who in (RUSAGE_SELF, RUSAGE_CHILDREN)]
busy = sum(usage.ru_utime + usage.ru_stime for usage in used)
print(busy, sum(usage.ru_maxrss for usage in used) * 1024 / 1e6)
"""


def setup(app):
    """Register the extension with Sphinx."""
    app.connect("env-get-outdated", execute_chapters)
    app.connect("source-read", show_outputs)
    return {"version": "1", "parallel_read_safe": True}


def execute_chapters(app, env, added, changed, removed):
    """Execute the chapters that have changed, the longest texts first; say which they are."""
    root = Path(app.srcdir)
    keys = {name: key(root, name) for name in env.found_docs if is_chapter(env, name)}
    stale = [name for name in keys if run_of(app, name).get("key") != keys[name]]
    stale.sort(key=lambda name: chapter(root, name).stat().st_size, reverse=True)
    if stale:
        copies = [prepared(root, name) for name in stale]
        try:
            done = subprocess.run([sys.executable, *NBMAKE, *PARALLEL, *copies], cwd=root)
        finally:  # after Ctrl-C, too
            for name, copy in zip(stale, copies, strict=True):
                keep(app, name, copy, keys[name])
        if done.returncode:
            raise ExtensionError("A chapter has failed; what went well is kept")
    return stale


def prepared(root, name):
    """Copy a chapter to where nbmake looks at it, with a cell that says what the run took."""
    notebook = nbformat.read(chapter(root, name), as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell(USAGE))  # of the kernel and its workers
    copy = root / f"build/chapters/{name}.ipynb"
    copy.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, copy)
    return copy


def keep(app, name, copy, key):
    """Keep a chapter that nbmake has executed to its end, and what the run took."""
    notebook = nbformat.read(copy, as_version=4)
    copy.unlink()
    usage = "".join(output.get("text", "") for output in notebook.cells.pop().outputs)
    if not usage:  # a cell before it has failed
        return
    busy, megabytes = map(float, usage.split())
    times = [cell.metadata.pop("execution") for cell in notebook.cells if cell.cell_type == "code"]
    instants = [datetime.fromisoformat(time) for cell in times for time in cell.values()]
    seconds = (max(instants) - min(instants)).total_seconds()
    run = {"seconds": seconds, "busy": busy, "megabytes": megabytes}
    notebook.metadata.executed = {"key": key, **run}
    executed(app, name).parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, executed(app, name).with_suffix(".part"))
    executed(app, name).with_suffix(".part").replace(executed(app, name))


def show_outputs(app, docname, source):
    """Put the executed copy of a chapter in the place of its text."""
    if is_chapter(app.env, docname):
        source[0] = executed(app, docname).read_text()


def run_of(app, name):
    """Return key, seconds by the clock and on the processors, and megabytes of the last run."""
    copy = executed(app, name)
    return json.loads(copy.read_text())["metadata"]["executed"] if copy.exists() else {}


def executed(app, name):
    """Return the file that keeps a chapter with its outputs."""
    return Path(app.outdir).parent / f"executed/{name}.ipynb"


def chapter(root, name):
    """Return the file of a chapter."""
    return Path(root, f"{name}.ipynb")


def is_chapter(env, name):
    """Whether a document of the book is a notebook."""
    return str(env.doc2path(name)).endswith(".ipynb")


# --- What the outputs of a chapter rest on


def key(root, name):
    """Hash of the chapter, of the code and the data of lmgcav that it uses, and of the versions."""
    files = sorted(imported(root, chapter(root, name)))
    content = [
        sys.version,
        USAGE,
        chapter(root, name).read_text(),
        *map(dumped, map(code_of, files)),
    ]
    data = [path for path in sorted(root.glob("lmgcav/**/*")) if path.is_file()]
    data = [path for path in data if path.suffix not in {".py", ".pyc"}]
    content += [path.read_bytes() for path in [root / "requirements.txt", *data]]
    return hashlib.sha256(repr(content).encode()).hexdigest()


parsed = cache(ast.parse)
dumped = cache(lambda code: ast.dump(parsed(code)))  # without comments and breaks of lines


def imported(root, path):
    """Return the files of lmgcav that a chapter or module imports, directly or not."""
    found, new = set(), {path}
    while new:
        file = new.pop()
        found.add(file)
        new |= set(imports(root, file)) - found
    return found - {path}


def imports(root, path):
    """Yield the files of lmgcav that a chapter or module names in its imports."""
    code = code_of(path)
    for parts in imported_names(code, path.parent.relative_to(root).parts):
        for count in range(1, len(parts) + 1):
            module = root.joinpath(*parts[:count])
            yield from filter(Path.exists, [module.with_suffix(".py"), module / "__init__.py"])
    if "import_module(" in code:  # of the modules beside it, by names that are put together
        yield from path.parent.glob("*.py")


@cache
def imported_names(code, package):
    """Return the parts of the full name of each module, or thing in one, that is imported."""
    found = set()
    for node in ast.walk(parsed(code)):
        if isinstance(node, ast.Import):
            found |= {tuple(alias.name.split(".")) for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) + 1 - node.level] if node.level else ()
            base += tuple(filter(None, (node.module or "").split(".")))
            found |= {(*base, alias.name) for alias in node.names}
    return {parts for parts in found if parts[0] == "lmgcav"}


def code_of(path):
    """Return the Python code of a module, or of a notebook without its magic commands."""
    if path.suffix == ".py":
        return path.read_text()
    cells = json.loads(path.read_text())["cells"]
    code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    return re.sub(r"^(\s*)%.*", r"\1pass", code, flags=re.M)
