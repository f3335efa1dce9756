"""What the build of the book has measured: a Sphinx extension of this book alone.

``executed.py`` notes how much processor time the kernel of each chapter and its workers took, and
how much memory the kernel and the largest of the workers. When all pages are written, the
measurements go into the page on the status of the book and into ``status.json``.
"""

import gzip
import json
import re
from collections import defaultdict
from functools import cache
from html import escape
from html.parser import HTMLParser
from importlib.metadata import requires, version
from pathlib import Path
from platform import python_version
from urllib.parse import unquote, urlsplit

from executed import run_of

from lmgcav.companion.provenance import commit

KINDS = {  # of addresses outside the book, in this order
    "Publications, by DOI": "https://doi.org/",
    "Preprints": "https://arxiv.org/",
    "Documentation of NumPy, SciPy and QuTiP": (
        "https://numpy.org/",
        "https://docs.scipy.org/",
        "https://qutip",
    ),
    "Elsewhere": "",
}


def setup(app):
    """Register the extension with Sphinx."""
    app.connect("build-finished", report, priority=700)  # after the pages have got lighter
    return {"version": "1", "parallel_read_safe": True}


def report(app, error):
    """Write what was measured."""
    if error is None:
        site = Path(app.outdir)
        measured = {
            "commit": commit(),
            "versions": versions(),
            "chapters": chapters(app),
            "pages": {page: weight(site, page) for page in pages(site)},
            "python": {path.name: path.stat().st_size for path in runtime(site)},
            "addresses": addresses(site),
        }
        (site / "status.json").write_text(json.dumps(measured, indent=1, ensure_ascii=False))
        fill(site / "book/status.html", measured)


def versions():
    """Version of Python, and of each package that the book or its package asks for."""
    asked = [line for line in requires("lmgcav") if 'extra == "test"' not in line]
    names = {re.match(r"[\w.-]+", line)[0].lower() for line in asked} | {"lmgcav", "sphinx"}
    return {"python": python_version()} | {name: version(name) for name in sorted(names)}


def chapters(app):
    """Seconds by the clock and on the processors, and megabytes, that each chapter took."""
    runs = {name: run_of(app, name) for name in sorted(app.env.found_docs)}
    kinds = ["seconds", "busy", "megabytes"]
    return {name: {kind: run[kind] for kind in kinds} for name, run in runs.items() if run}


def pages(site):
    """Names of the pages of the book, without those of its source code."""
    return sorted(path.relative_to(site).as_posix() for path in site.glob("book/*.html"))


def weight(site, page):
    """Bytes of a page, gzipped with all that it loads and all fonts of its equations."""
    files = {site / page, *Loaded(site / page).files}
    if any(path.name == "startup.js" for path in files):
        files |= {path for path in (site / "_static/mathjax").rglob("*.*") if path.is_file()}
    return sum(map(gzipped, files))


@cache  # most files belong to every page
def gzipped(path):
    """Bytes of a file, gzipped."""
    return len(gzip.compress(path.read_bytes()))


class Loaded(HTMLParser):
    """The scripts, style sheets and pictures that a page names; all pictures of its sliders."""

    def __init__(self, page):
        super().__init__()
        self.page, self.files = page, set()
        self.feed(page.read_text())

    def handle_starttag(self, tag, attributes):
        """Note the file that an element loads."""
        attributes = dict(attributes)
        link = attributes.get("src" if tag in {"img", "script"} else "href")
        loads = tag in {"img", "script"} or (
            tag == "link" and attributes["rel"] in {"stylesheet", "icon", "preload", "prefetch"}
        )
        if loads and link and not urlsplit(link).scheme:
            path = self.page.parent / unquote(urlsplit(link).path)
            pictures = path.parent.glob("*.png") if "data-frames" in attributes else [path]
            self.files |= {picture.resolve() for picture in pictures}


def runtime(site):
    """Files that a page loads before it computes; none where the book was built without them."""
    return [path for path in sorted(site.glob("_static/python-*/*")) if path.suffix != ".txt"]


def addresses(site):
    """Pages that name each address outside the book."""
    found = defaultdict(list)
    for page in pages(site):
        article = (site / page).read_text().partition("<article")[2]
        for link in set(re.findall(r'<a class="reference external" href="([^"]+)"', article)):
            found[link].append(page)
    return dict(sorted(found.items()))


# --- The page


def fill(path, measured):
    """Put the measurements where the page has a place for them."""
    text = path.read_text()
    for name, content in {
        "build": table(["", ""], [["commit", measured["commit"]], *measured["versions"].items()]),
        "chapters": chapter_table(measured),
        "python": runtime_table(measured["python"]),
        "addresses": address_lists(measured["addresses"]),
    }.items():
        place = f'<div id="status-{name}"></div>'
        assert place in text, f"book/status.md has no {place}"
        text = text.replace(place, content)
    path.write_text(text)


def table(head, rows):
    """Return a table in the style of the theme; the first column names its rows."""
    cells = [
        [f'<th scope="row">{row[0]}</th>', *(f"<td>{c}</td>" for c in row[1:])] for row in rows
    ]
    head = "".join(f'<th scope="col">{cell}</th>' for cell in head) if any(head) else ""
    body = "".join(f"<tr>{''.join(row)}</tr>" for row in cells)
    return (
        '<div class="pst-scrollable-table-container"><table class="table">'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def chapter_table(measured):
    """Return time and memory of the chapters, and the weight of every page."""
    rows = []
    for page, size in measured["pages"].items():
        name = page.removeprefix("book/")
        link = f'<a href="{name}">{name.removesuffix(".html")}</a>'
        run = measured["chapters"].get(page.removesuffix(".html"), {})
        took = [f"{value:.0f}" for value in run.values()] or [""] * 3
        rows.append([link, *took, f"{size / 1e6:.2f}"])
    head = ["page", "run time in s", "processor time in s", "peak memory in MB"]
    return table([*head, "size in MB, gzipped"], rows)


def runtime_table(files):
    """Return the sizes of the files with which a page computes, the largest first."""
    sizes = {"all together": sum(files.values())} | files
    rows = sorted(sizes.items(), key=lambda item: -item[1])
    return table(["file", "size in MB"], [[name, f"{size / 1e6:.2f}"] for name, size in rows])


def address_lists(found):
    """Return one list for each kind of address."""
    lists = []
    for kind, start in KINDS.items():
        links = [link for link in found if link.startswith(start)]
        items = [f"<li>{address(link, found.pop(link))}</li>" for link in links]
        lists += [f"<h3>{kind}</h3>", f"<ul>{''.join(items)}</ul>"] if items else []
    return "".join(lists)


def address(link, named_in):
    """Return an address with links to the pages that name it."""
    names = [page.removeprefix("book/") for page in named_in]
    pages = ", ".join(f'<a href="{name}">{name.removesuffix(".html")}</a>' for name in names)
    shown = unquote(link).removeprefix("https://")
    return f'<a class="reference external" href="{link}">{escape(shown)}</a> ({pages})'
