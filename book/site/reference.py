"""The reference page, and its links to and from the chapters: a Sphinx extension of this book.

The documentation of NumPy, SciPy and QuTiP is linked by the inventories beside this file, which
hold what the book calls and nothing else: name, kind and page. The tests say which line is missing.
To refresh one, compare its lines with the ``objects.inv`` beside the documentation of that library
(``python -m sphinx.ext.intersphinx URL`` prints it).
"""

import ast
import importlib
import json
import re
from collections import Counter, defaultdict
from functools import cache, reduce
from pathlib import Path
from types import ModuleType

from docutils import nodes
from executed import code_of
from sphinx import addnodes
from sphinx.util.docutils import SphinxDirective

import lmgcav

ROOT = Path(__file__).parents[2]
LIBRARIES = ("numpy", "scipy", "qutip")


def setup(app):
    """Register the extension with Sphinx."""
    app.add_directive("functions", Functions)
    app.add_directive("names", Names)
    app.add_directive("libraries", Libraries)
    app.connect("autodoc-process-docstring", link_docstring, priority=100)  # before napoleon
    app.connect("autodoc-process-docstring", name_chapters, priority=900)  # after it
    app.connect("doctree-read", name_functions)
    return {"version": "1", "parallel_read_safe": True}


# --- What calls what


@cache
def called(path):
    """Objects of the libraries and of lmgcav that a module or a notebook names, by their names."""
    tree = ast.parse(code_of(path))
    known, found = {}, {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if of_interest(alias.name):
                    module = importlib.import_module(alias.name)
                    if not alias.asname:  # then only the top of a.b.c gets a name
                        module = importlib.import_module(alias.name.split(".")[0])
                    known[alias.asname or module.__name__] = (module.__name__, module)
        elif isinstance(node, ast.ImportFrom) and of_interest(node.module):
            module = importlib.import_module(node.module)
            for alias in node.names:
                entry = (f"{node.module}.{alias.name}", member(module, alias.name))
                known[alias.asname or alias.name] = entry

    def resolve(node):
        if isinstance(node, ast.Name):
            return known.get(node.id)
        if isinstance(node, ast.Attribute) and (base := resolve(node.value)):
            name, value = base
            if isinstance(value, ModuleType) and hasattr(value, node.attr):
                return f"{name}.{node.attr}", getattr(value, node.attr)
        return None

    for node in ast.walk(tree):
        if entry := resolve(node):
            name, value = entry
            found[name] = value
    return found


def of_interest(module):
    """Whether a module, None for one's own, is of lmgcav or of a library that the book links."""
    return (module or "").split(".")[0] in {"lmgcav", *LIBRARIES} and module != "numpy.typing"


def sources():
    """Yield the files of lmgcav, each after the name of its module or package."""
    for path in sorted(ROOT.glob("lmgcav/**/*.py")):
        name = ".".join(path.relative_to(ROOT / "lmgcav").with_suffix("").parts)
        yield name.removesuffix("__init__").removesuffix("."), path


@cache
def chapters():
    """Notebooks of the book by document name, with the name that links to them show."""
    titles = {}
    for path in sorted(ROOT.glob("book/*.ipynb")):
        title = "".join(json.loads(path.read_text())["cells"][0]["source"]).splitlines()[0]
        titles[f"book/{path.stem}"] = title.removeprefix("# ")
    pages = Counter(title.split(":")[0] for title in titles.values())
    return {
        name: title if pages[section := title.split(":")[0]] > 1 else section
        for name, title in titles.items()
    }


@cache
def described():
    """Modules that the page describes; the tests say when one is missing."""
    page = (ROOT / "book/reference.md").read_text()
    names = re.findall(r"^```\{functions\} ([\w.]+)$", page, re.M)
    return {name: importlib.import_module(f"lmgcav.{name}") for name in names}


@cache
def users():
    """For each object of lmgcav, the chapters that name it."""
    found = defaultdict(list)
    for chapter in chapters():
        for value in set(map(id, called(ROOT / f"{chapter}.ipynb").values())):
            found[value].append(chapter)
    return found


def documented(module):
    """Functions and classes of a module that lmgcav exports or that a chapter calls, by name."""
    for name, value in vars(module).items():
        home = getattr(value, "__module__", None) or ""
        if f"{home}.".startswith(f"{module.__name__}.") and callable(value):
            if value is getattr(lmgcav, name, None):
                yield f"lmgcav.{name}", value
            elif id(value) in users():
                yield f"{module.__name__}.{name}", value


# --- The page


class Functions(SphinxDirective):
    """The documentation of one module: its own docstring, then those of its public functions."""

    required_arguments = 1

    def run(self):
        """Hand the work to autodoc."""
        module = importlib.import_module(f"lmgcav.{self.arguments[0]}")
        # Some functions have the name of their module, which is therefore not indexed itself.
        label = f".. _module-{self.arguments[0]}:"
        lines = [label, "", f".. automodule:: {module.__name__}", "   :no-index:"]
        for name, value in documented(module):
            kind = "class" if isinstance(value, type) else "function"
            lines += ["", f".. auto{kind}:: {name}"] + ["   :members:"] * (kind == "class")
        return as_rst(self, lines)


class Names(SphinxDirective):
    """An index of the page: what it describes of each module."""

    def run(self):
        """List the modules in the order of the page."""
        lines = []
        for module, value in described().items():
            links = [
                f":py:obj:`{name.rpartition('.')[2]} <{name}>`" for name, _ in documented(value)
            ]
            lines += [f"* {link_to_module(module)}: {', '.join(links)}"]
        return as_rst(self, lines)


class Libraries(SphinxDirective):
    """A table of the functions of NumPy, SciPy and QuTiP that are called, and by whom."""

    def run(self):
        """Look through the package and the chapters."""
        callers = defaultdict(list)
        for module, path in sources():
            for name in filter(is_linked, called(path)):
                callers[name].append(link_to_module(module))
        for chapter, title in chapters().items():
            for name in filter(is_linked, called(ROOT / f"{chapter}.ipynb")):
                callers[name].append(f":doc:`{title} </{chapter}>`")
        lines = [".. list-table::", "   :header-rows: 1", "", "   * - Function", "     - Called in"]
        for name in sorted(callers, key=str.lower):
            lines += [
                f"   * - {link_to_library(name)}",
                f"     - {', '.join(dict.fromkeys(callers[name]))}",
            ]
        return as_rst(self, lines)


def link_to_module(name):
    """Return a link to what the page says of a module, if it says anything."""
    return f":ref:`{name} <module-{name}>`" if name in described() else f"``{name}``"


def as_rst(directive, lines):
    """Parse reStructuredText within a page of Markdown."""
    return directive.parse_text_to_nodes("\n".join(["````{eval-rst}", *lines, "````"]))


def is_linked(name):
    """Whether a name goes into the table: NumPy's only where it lies in one of its modules."""
    library, *rest = name.split(".")
    return library in LIBRARIES and len(rest) > (library == "numpy") and callable(evaluate(name))


def evaluate(name):
    """Return the object of a library, perhaps a module, that has this public name."""
    top, *rest = name.split(".")
    return reduce(member, rest, importlib.import_module(top))


def member(module, name):
    """Return what a module has under this name, perhaps a module that is not yet imported."""
    if not hasattr(module, name):
        return importlib.import_module(f"{module.__name__}.{name}")
    return getattr(module, name)


def target_of(name):
    """Name under which a library documents an object; QuTiP's has the module of its definition."""
    if name.startswith("qutip."):
        value = evaluate(name)
        return f"{value.__module__}.{value.__qualname__}"
    return name


def link_to_library(name):
    """Return a link that shows the public name."""
    return f":py:obj:`{name} <{target_of(name)}>`"


# --- Links from a docstring


# What is not prose in a docstring: mathematics, literal text, examples.
MARKUP = r":math:`[^`]*`|``[^`]*``|^\.\. math::.*?(?=^\S|\Z)|^ *(?:>>>|\.\.\.).*?$"


def link_docstring(app, what, name, obj, options, lines):
    """Link equations and libraries; keep |x| and s_- from being read as markup."""
    prose = {
        r"\||(?<=\w)_(?!\w)": lambda mark: "\\" + mark[0],
        r"Eq\. \((?P<number>A?\d+)\)": lambda eq: f":ref:`{eq[0]} <eq-{eq['number']}>`",
        rf"`(?P<name>(?:{'|'.join(LIBRARIES)})\.[\w.]+)`": lambda o: link_to_library(o["name"]),
    }
    text = "\n".join(lines)
    for pattern, replaced in prose.items():
        text = re.sub(
            f"(?P<markup>{MARKUP})|{pattern}",
            lambda match, replaced=replaced: match["markup"] or replaced(match),
            text,
            flags=re.M | re.S,
        )
    lines[:] = text.split("\n")


def name_chapters(app, what, name, obj, options, lines):
    """Add the chapters that call a function to its documentation."""
    found = users().get(id(obj), []) if what in {"function", "class"} else []
    if found:
        links = ", ".join(f":doc:`{chapters()[chapter]} </{chapter}>`" for chapter in found)
        lines += ["", f"**See it used in** {links}.", ""]


# --- Links from a chapter


def name_functions(app, doctree):
    """End each chapter with links to the functions of lmgcav that it calls."""
    docname = app.env.docname
    names = functions_of(docname) if docname in chapters() else []
    if names:
        links = [link_to_function(name, docname) for name in names]
        separated = [node for link in links for node in (link, nodes.Text(", "))]
        lead = nodes.Text("Functions of this chapter in the reference: ")
        doctree.children[0] += nodes.paragraph("", "", lead, *separated[:-1])


def functions_of(docname):
    """Names of the described functions and classes that a chapter calls, in their alphabet."""
    values = set(map(id, called(ROOT / f"{docname}.ipynb").values()))
    public = [pair for module in described().values() for pair in documented(module)]
    names = [name for name, value in public if id(value) in values]
    return sorted(names, key=str.lower)


def link_to_function(name, docname):
    """Return a link from a chapter to the reference, under the name that chapters use."""
    target = {"refdomain": "py", "reftype": "obj", "reftarget": name, "refdoc": docname}
    link = addnodes.pending_xref("", refexplicit=True, refwarn=True, **target)
    link += nodes.literal("", name.removeprefix("lmgcav."))
    return link
