"""What the published pages need beyond Jupyter Book: a Sphinx extension of this book alone."""

import os
import re
import unicodedata
import zipfile
from html import escape, unescape
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
    '<summary aria-label="Toggle hidden content">': "<summary>",  # its text is the better name
}
# Cells whose code the reader of a page fills in, and which are therefore never folded.
FILLED_IN = re.compile(r"^(experiment_form|exercises\.check)\(", re.M)
SIGNS = {  # what TeX writes with a name, besides Greek letters
    "langle": "⟨",
    "rangle": "⟩",
    "sqrt": "√",
    "approx": "≈",
    "times": "×",
    "cdot": "·",
    "le": "≤",
    "ge": "≥",
    "pm": "±",
    "to": "→",
    "infty": "∞",
    "hbar": "ħ",
    "propto": "∝",
    "sim": "~",
    "partial": "∂",
    "ll": "≪",
    "gg": "≫",
    "dagger": "†",
    "sum": "∑",
    "int": "∫",
}
LONGEST_DESCRIPTION = 200


def setup(app):
    """Register the extension with Sphinx."""
    os.environ |= ENVIRONMENT
    app.add_post_transform(TaggedEquations)
    app.add_post_transform(FoldedCode)
    app.connect("build-finished", mend_pages)
    app.connect("build-finished", describe_pages)
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


def describe_pages(app, error):
    """Say in the head of each page what it is about, with its first picture, for those who link."""
    for page in Path(app.outdir).glob("book/*.html") if error is None else []:
        text = page.read_text()
        address = f"{app.config.html_baseurl}{page.relative_to(app.outdir).as_posix()}"
        page.write_text(text.replace("</head>", f"{description(text, address)}</head>", 1))


def description(page, address):
    """Return the elements that describe a page: title, first sentences, first picture."""
    article = page.partition("<article")[2]
    paragraph = re.search(r"<p>(.*?)</p>", article, re.S)
    words = " ".join(unescape(re.sub(r"<[^>]*>", "", without_tex(paragraph[1]))).split())
    if len(words) > LONGEST_DESCRIPTION:
        words = words[: words.rindex(" ", 0, LONGEST_DESCRIPTION)] + " …"
    says = {
        "og:type": "article",
        "og:title": unescape(re.search(r"<title>(.*?)</title>", page)[1]),
        "og:description": words,
        "og:url": address,
    }
    picture = re.search(r'<img [^>]*src="\.\./(_images/[^"]+)"', article)
    if picture:
        says["og:image"] = f"{address.rpartition('/book/')[0]}/{picture[1]}"
    lines = [f'<meta name="description" content="{escape(words)}">']
    lines += [f'<meta property="{key}" content="{escape(value)}">' for key, value in says.items()]
    return "\n".join(lines)


def without_tex(text):
    """Set equations in HTML in letters and signs, as far as these go."""
    marked = r"\\\(.*?\\\)|\\\[.*?\\\]"
    return re.sub(marked, lambda equation: signs(equation[0][2:-2]), text, flags=re.S)


def signs(tex):
    r"""Return TeX as a line of text: ``\frac{\Omega}{\Omega_c}`` as Ω/Ω_c."""
    tex = re.sub(r"\\(?:begin|end|tag|label|operatorname|mathrm|text)\b", "", tex)
    tex = re.sub(r"\\[td]?frac\s*(\{[^{}]*\}|\w)\s*(\{[^{}]*\}|\w)", fraction, tex)
    return re.sub(r"\\[,;:! ]|[{}&\\]", "", re.sub(r"\\([A-Za-z]+)\s*", sign, tex))


def fraction(parts):
    """Return a fraction with its sums in brackets."""
    return "/".join(f"({part})" if re.search("[-+]", part) else part for part in parts.groups())


def sign(name):
    """Return what a command of TeX stands for, if it stands for a letter or a sign."""
    case = "CAPITAL" if name[1][0].isupper() else "SMALL"
    try:
        return unicodedata.lookup(f"GREEK {case} LETTER {name[1].removeprefix('var').upper()}")
    except KeyError:
        return SIGNS.get(name[1], "")


def write_excerpts(app, error):
    """Write the bare text of each page, from which search results quote.

    They would ask for the pages as a whole otherwise, and quote TeX and code.
    """
    for page in Path(app.outdir).glob("book/*.html") if error is None else []:
        article = re.search(r"<article.*?</article>", page.read_text(), re.S)[0]
        bare = without_tex(re.sub(r"<(script|pre).*?</\1>|<img[^>]*>", "", article, flags=re.S))
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


class FoldedCode(SphinxPostTransform):
    """Fold the code of the chapters; ``static/site.js`` unfolds what computes on a switch."""

    default_priority = 198  # before myst_nb folds
    formats = ("html",)

    def run(self, **kwargs):
        """Mark the cells of a chapter."""
        if not self.env.docname.startswith(("book/0", "book/index")):
            return
        for cell in self.document.findall(nodes.container):
            if cell.get("nb_element") != "cell_code" or FILLED_IN.search(cell.astext()):
                continue
            plumbing = cell.get("hide_mode")
            cell["hide_mode"] = plumbing or "input"
            parameters = "tag_parameters" in cell["classes"]
            if not plumbing and not parameters:
                cell["classes"].append("computes")
            cell["prompt_show"] = cell["prompt_hide"] = "Parameters" if parameters else "Code"
