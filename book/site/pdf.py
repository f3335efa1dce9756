"""The whole book as one PDF, printed by Chromium from the finished pages: ``make pdf``.

The articles of all pages are joined in the order of the contents, links between them become links
within the document, and the solutions of the exercises move to its end. A slider is the picture
that it starts with, which has its values in it; code stays on the pages. The document is printed
twice, the second time with the numbers of the pages in its contents.
"""

import copy
import sys
from pathlib import Path
from urllib.parse import urldefrag, urljoin

from bs4 import BeautifulSoup
from playwright.sync_api import sync_playwright
from pypdf import PdfReader, PdfWriter

CHROMIUM = "/usr/bin/chromium"
NAME = "lmgcav-book.pdf"
# What has no use on paper: controls, code, and what the pages say about themselves.
NOT_PRINTED = (
    "script, .headerlink, .viewcode-link, .code-switch, .offline-copy, .tb_button, .toctree-wrapper, "
    "details.hide, .cell_input, .compute-bar"
)
STYLE = """
@page { size: A4; margin: 20mm 18mm; }
html { font-size: 10.5pt; }
main.bd-main { display: block; }
section.page, nav.contents { break-before: page; }
h1, h2, h3 { break-after: avoid; }
nav.contents { background: none; border: 0; box-shadow: none; font-size: 9pt; padding: 0; }
nav.contents .number { flex: none; }
nav.contents ol { list-style: none; padding-left: 0; }
nav.contents > ol { column-gap: 8mm; columns: 2; }
nav.contents > ol > li > a { break-after: avoid; font-weight: bold; margin-top: 0.5em; }
nav.contents ol ol { padding-left: 1.5em; }
nav.contents li a { display: flex; gap: 1em; justify-content: space-between; text-decoration: none; }
a { overflow-wrap: anywhere; }
header.title { margin-top: 30%; text-align: center; }
"""
TEXT = {"width": 658, "height": 971}  # what the margins leave of the page, in CSS pixels
FIT = """for (const box of document.querySelectorAll("div.math"))
  if (box.scrollWidth > box.clientWidth)
    box.style.fontSize = `${(100 * box.clientWidth) / box.scrollWidth}%`;"""
FOOTER = '<p style="font-size: 8pt; text-align: center; width: 100%"><span class="pageNumber"></span></p>'


def main(site):
    """Print the book of a folder of finished pages into it."""
    front = soup(site / "book/index.html")
    address = front.find("link", rel="canonical")["href"].rpartition("book/")[0]
    pages = ["index.html", *contents(front)]
    book = joined(site, pages, address)
    place = site / "book/whole.html"
    try:
        numbers = {}
        for _ in range(2):
            number_contents(book, numbers)
            place.write_text(str(book))
            print_page(place, site / NAME)
            numbers = page_numbers(site / NAME)
        add_bookmarks(site / NAME, book, numbers)
    finally:
        place.unlink(missing_ok=True)
    offer(site / "book/index.html")


def soup(path):
    """Parse a page."""
    return BeautifulSoup(path.read_text(), "html.parser")


def contents(front):
    """Names of the pages after the first, in the order of the sidebar."""
    links = front.select("nav.bd-docs-nav a.reference.internal")
    names = [urldefrag(link["href"])[0] for link in links]
    return list(dict.fromkeys(name for name in names if name not in ("", "#", "index.html")))


# --- One document of all pages


def joined(site, pages, address):
    """Return the document: title, contents, pages, solutions."""
    book = soup(site / "book/index.html")
    richest = soup(site / "book/07_envelope.html")  # has every script that typesets
    main_, solutions = book.new_tag("main", attrs={"class": "bd-main"}), []
    article = book.new_tag("article", attrs={"class": "bd-article"})
    main_.append(article)
    for name in pages:
        section = part(site, name, pages, address, solutions)
        article.append(section)
    article.append(appendix(book, solutions))
    article.insert(1, table_of_contents(book, article))
    book.html["data-theme"] = "light"
    book.body.clear()
    book.body.append(main_)
    for script in book.head.find_all("script"):
        script.decompose()
    for script in richest.find_all("script"):
        if "MathJax" in str(script) or "mathjax" in script.get("src", ""):
            book.body.append(script)
    style = book.new_tag("style")
    style.string = STYLE
    book.head.append(style)
    return book


def part(site, name, pages, address, solutions):
    """Return the article of a page as a section; put its solutions among the others."""
    page = soup(site / "book" / name)
    section = page.find("article").find("section")
    section["class"] = "page"
    title = section.find("h1").get_text().rstrip("#").strip()
    for element in section.select(NOT_PRINTED):
        element.decompose()
    for empty in section.select("div.cell, div.cell_output"):
        if not empty.get_text(strip=True) and not empty.find("img"):
            empty.decompose()
    for image in section.find_all("img"):
        image["loading"] = "eager"
    for link in section.select("a.image-reference"):
        link.unwrap()
    for element in [section, *section.find_all(id=True)]:
        if element.get("id"):
            element["id"] = anchor(name, element["id"])
    section.insert(0, page.new_tag("span", id=anchor(name)))
    for link in section.find_all("a", href=True):
        link["href"] = within(link["href"], name, pages, address)
    for solution in section.select("div.solution"):
        solutions.append((title, copy.copy(solution)))
        solution.clear()
        solution["class"] = "at-the-end"
        solution.append(page.new_tag("a", href=f"#{solutions[-1][1].get('id')}"))
        solution.a.string = "Solution, at the end of the book"
        del solution["id"]
    return section


def anchor(name, fragment=""):
    """Return an identifier for a place on a page that no other page has."""
    return f"{name.removesuffix('.html')}--{fragment}"


def within(link, name, pages, address):
    """Return a link as it is within the document, or in full if it leads elsewhere."""
    target, fragment = urldefrag(urljoin(f"book/{name}", link))
    if target.removeprefix("book/") in pages:
        return f"#{anchor(target.removeprefix('book/'), fragment)}"
    return urljoin(address, link if "://" in link else f"{target}#{fragment}".rstrip("#"))


def appendix(book, solutions):
    """Return the solutions of all exercises as the last section."""
    section = book.new_tag("section", attrs={"class": "page", "id": "solutions"})
    heading = book.new_tag("h1")
    heading.string = "Solutions"
    section.append(heading)
    for i, (title, solution) in enumerate(solutions):
        if i == 0 or title != solutions[i - 1][0]:
            heading = book.new_tag("h2")
            heading.string = title
            section.append(heading)
        section.append(solution)
    return section


def table_of_contents(book, article):
    """Return links to all parts and their sections."""
    nav = book.new_tag("nav", attrs={"class": "contents"})
    heading = book.new_tag("h1")
    heading.string = "Contents"
    nav.append(heading)
    listed = book.new_tag("ol")
    nav.append(listed)
    for section in article.select("section.page"):
        entry = entry_of(book, section, "h1")
        below = book.new_tag("ol")
        for child in section.find_all("section", recursive=False):
            below.append(entry_of(book, child, "h2"))
        entry.append(below)
        listed.append(entry)
    return nav


def entry_of(book, section, kind):
    """Return a line of the contents."""
    entry, link = book.new_tag("li"), book.new_tag("a", href=f"#{section['id']}")
    link.append(copy.copy(section.find(kind)))
    link.find(kind).name = "span"
    entry.append(link)
    return entry


# --- On paper


def print_page(place, target):
    """Print a page, once its equations are typeset and its pictures are there."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport=TEXT)
        page.emulate_media(media="print")
        page.set_default_timeout(0)
        page.goto(place.resolve().as_uri(), wait_until="load")
        page.evaluate("MathJax.startup.promise.then(() => true)")
        page.evaluate(FIT)  # on paper no equation can be scrolled
        page.evaluate("Promise.all([...document.images].map((i) => i.decode())).then(() => true)")
        page.pdf(
            path=target,
            prefer_css_page_size=True,
            print_background=True,
            display_header_footer=True,
            header_template="<span></span>",
            footer_template=FOOTER,
            tagged=True,
        )
        browser.close()


def page_numbers(path):
    """Number of the page on which each place of the document stands that a link leads to."""
    reader = PdfReader(path)
    named = reader.named_destinations
    return {
        name.removeprefix("/"): reader.get_destination_page_number(place) + 1
        for name, place in named.items()
    }


def number_contents(book, numbers):
    """Write the numbers of the pages behind the lines of the contents; at first, keep room."""
    for link in book.select("nav.contents a"):
        for room in link.select(".number"):
            room.decompose()
        number = book.new_tag("span", attrs={"class": "number"})
        number.string = str(numbers.get(link["href"][1:], "000"))
        link.append(number)


def add_bookmarks(path, book, numbers):
    """Give the document the bookmarks of its contents; those of Chromium lose spaces."""
    writer = PdfWriter(clone_from=path)
    writer.metadata = {"/Title": book.find("h1").get_text().rstrip("#")}
    parent = None
    for entry in book.select("nav.contents li"):
        title, number = (part.get_text() for part in entry.a.find_all("span", recursive=False))
        below = entry.find_parent("li") is not None
        item = writer.add_outline_item(
            title=title, page_number=int(number) - 1, parent=parent if below else None
        )
        parent = parent if below else item
    writer.write(path)


def offer(front):
    """Name the finished document on the front page."""
    place = '<span class="pdf-copy"></span>'
    text = front.read_text()
    link = f'It is also <a href="../{NAME}" download>one PDF to print</a>, with the solutions at its end.'
    front.write_text(text.replace(place, place.replace("></", f">{link}</")))


if __name__ == "__main__":
    main(Path(*sys.argv[1:]) if sys.argv[1:] else Path(__file__).parents[2] / "_build/html")
