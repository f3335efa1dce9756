"""The book as one PDF: what the pages have, with bookmarks and links that lead to it."""

import re
import unicodedata
from pathlib import Path
from urllib.parse import urljoin

import pytest
from bs4 import BeautifulSoup
from pypdf import PdfReader

pytestmark = pytest.mark.browser

SITE = Path(__file__).parent.parent / "_build/html"
PDF = SITE / "lmgcav-book.pdf"
CHAPTERS = sorted(SITE.glob("book/0*.html"))


def together(text):
    """Return a text without ligatures and without spaces, which a PDF does not keep."""
    return "".join(unicodedata.normalize("NFKC", text).split())


@pytest.fixture(scope="module")
def pdf():
    if not PDF.exists() or PDF.stat().st_mtime < (SITE / "index.html").stat().st_mtime:
        pytest.fail("The PDF is missing or older than the pages: run `make pdf`")
    return PdfReader(PDF)


@pytest.fixture(scope="module")
def text(pdf):
    """What stands on each page, without ligatures and spaces."""
    return [together(page.extract_text()) for page in pdf.pages]


@pytest.fixture(scope="module")
def articles():
    pages = {path: path.read_text() for path in SITE.glob("book/*.html")}
    parsed = {path: BeautifulSoup(page, "html.parser") for path, page in pages.items()}
    return {path: page.find("article") for path, page in parsed.items()}


def bookmarks(entries):
    """Titles and places of bookmarks of all levels, in their order."""
    for entry in entries:
        yield from bookmarks(entry) if isinstance(entry, list) else [entry]


def test_the_pdf_has_every_picture_of_the_pages(pdf, articles):
    pictures = {
        urljoin(path.as_uri(), image["src"])
        for path, article in articles.items()
        for image in article.find_all("img", src=True)
    }
    drawn = {
        form.idnum
        for page in pdf.pages
        for form in page["/Resources"].get("/XObject", {}).values()
        if form.get_object()["/Subtype"] == "/Image"
    }
    assert len(drawn) >= len(pictures) > 50


def test_the_pdf_has_every_numbered_equation(text, articles):
    numbers = {
        equation["id"].removeprefix("eq-").upper()
        for article in articles.values()
        for equation in article.select('.math[id^="eq-"]')
    }
    assert len(numbers) >= 36
    whole = "".join(text)
    assert {number for number in numbers if f"({number})" not in whole} == set()


def test_bookmarks_and_contents_lead_to_every_chapter(pdf, text, articles):
    found = {
        together(mark.title): pdf.get_destination_page_number(mark)
        for mark in bookmarks(pdf.outline)
    }
    titles = [articles[path].find("h1").get_text().rstrip("#") for path in CHAPTERS]
    for title in map(together, [*titles, "Solutions"]):
        assert text[found[title]].startswith(title)
        assert any(f"{title}{found[title] + 1}" in page for page in text), "not in the contents"


def test_every_link_of_the_pdf_leads_somewhere(pdf):
    places = {name.removeprefix("/") for name in pdf.named_destinations}
    links = [note.get_object() for page in pdf.pages for note in page.get("/Annots", [])]
    inside = [str(link["/Dest"]).removeprefix("/") for link in links if "/Dest" in link]
    outside = [link["/A"]["/URI"] for link in links if "/A" in link]
    assert set(inside) <= places
    assert len(inside) > len(outside) > 0
    assert [address for address in outside if not re.match("https://", address)] == []


def test_solutions_stand_at_the_end_alone(text, articles):
    solutions = sum(len(article.select("div.solution")) for article in articles.values())
    last = max(i for i, page in enumerate(text) if page.startswith("Solutions"))
    heading = re.compile(r"SolutiontoExercise")
    assert len(heading.findall("".join(text[last:]))) == solutions > 20
    assert not heading.search("".join(text[:last]))


def test_the_front_page_offers_the_pdf():
    assert 'href="../lmgcav-book.pdf"' in (SITE / "book/index.html").read_text()
