"""What the published pages need beyond Jupyter Book: a Sphinx extension of this book alone."""

import os
import re
import zipfile
from pathlib import Path

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

from lmgcav.companion.explore import IN_BOOK

ENVIRONMENT = {  # which the kernels that run the chapters inherit
    IN_BOOK: "1",
    "TQDM_DISABLE": "1",  # progress bars would be printed into the pages
    "OMP_NUM_THREADS": "1",  # since as many chapters run as there are cores
    "DASK_DISTRIBUTED__ADMIN__TICK__LIMIT": "1000 days",  # it would say that the machine is busy
}
OFFLINE = "lmgcav-book.zip"
NOT_OFFLINE = (OFFLINE, "*.search", "objects.inv", ".buildinfo", "python-*/*")
MENDED = {  # for screen readers: what stands outside every landmark, and a list of other things
    '<div id="pst-primary-sidebar"': '<div id="pst-primary-sidebar" role="complementary" '
    'aria-label="Title, search and contents of the book"',
    'role="doc-biblioentry"': 'role="listitem"',
}


def setup(app):
    """Register the extension with Sphinx."""
    os.environ |= ENVIRONMENT
    app.add_post_transform(TaggedEquations)
    app.connect("build-finished", mend_pages)
    app.connect("build-finished", write_excerpts)
    app.connect("build-finished", pack_offline_copy, priority=900)
    return {"version": "1", "parallel_read_safe": True}


def mend_pages(app, error):
    """Correct what the theme says to screen readers, and leave out links that lead nowhere.

    The pages of source code would link each function under its module, but the reference has most
    of them under ``lmgcav``.
    """
    for page in Path(app.outdir).rglob("*.html") if error is None else []:
        text = page.read_text()
        for old, new in MENDED.items():
            text = text.replace(old, new)
        page.write_text(re.sub(r'<a class="viewcode-back".*?</a>', "", text))


def write_excerpts(app, error):
    """Write the bare text of each page, from which search results quote.

    They would ask for the pages as a whole otherwise, with the pictures of all sliders.
    """
    for page in Path(app.outdir).glob("book/*.html") if error is None else []:
        article = re.search(r"<article.*?</article>", page.read_text(), re.S)[0]
        bare = re.sub(r"<script.*?</script>|<img[^>]*>", "", article, flags=re.S)
        page.with_suffix(".search").write_text(f'<div role="main">{bare}</div>')


def pack_offline_copy(app, error):
    """Pack the finished book, to be read without a server."""
    if error is None:
        site, archive = Path(app.outdir), Path(app.outdir, OFFLINE)
        files = [path for path in site.rglob("*") if path.is_file()]
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
            for path in sorted(files):
                if not any(map(path.match, NOT_OFFLINE)):
                    packed.write(path, archive.stem / path.relative_to(site))


class TaggedEquations(SphinxPostTransform):
    r"""Hand an equation with the paper's number to MathJax as it stands.

    Sphinx would wrap lines that end in ``\\`` into ``split``, where MathJax refuses ``\tag``, and
    would put a number of its own beside that of the paper.
    """

    default_priority = 900
    formats = ("html",)

    def run(self, **kwargs):
        """Change every tagged equation of the document."""
        for equation in self.document.findall(nodes.math_block):
            if r"\tag" not in equation.astext():
                continue
            if not equation.get("nowrap"):
                equation.children = [nodes.Text(rf"\[{equation.astext()}\]")]
            equation["nowrap"] = True
            equation["number"] = None
