"""The built pages in a browser: what a reader meets, on a phone too, without any other server.

Pages and sliders are found in ``_build/html``: a new chapter is covered as soon as it is built.
"""

import functools
import gzip
import http.server
import json
import re
import threading
import zipfile
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from nbclient import NotebookClient
from playwright.sync_api import expect, sync_playwright

from lmgcav.companion.explore import SIZE_OF_WORDS

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parent.parent
SITE = ROOT / "_build/html"
CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
PATIENCE = 300_000  # milliseconds in which the browser answers, on a busy machine too
MOST_BYTES, MOST_MEGABYTES = 2_500_000, 1000
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
MOST_BYTES_BEFORE_TEXT = 150_000  # under a second of a slow telephone network, 1.6 Mbit/s
WIDGET = 'script[type="application/vnd.jupyter.widget-view+json"]'

# The front page only leads on to the first chapter. While nothing is built, one name remains, so
# that every test fails and says why instead of being left out.
PAGES = sorted(path.relative_to(SITE).as_posix() for path in SITE.glob("*/*.html"))
PAGES = [page for page in PAGES if not page.startswith("_")] + ["search.html"]
EXPLORED = [page for page in PAGES[:-1] if WIDGET[7:-1] in (SITE / page).read_text()]


def each_explored(fixture):
    """Run a test on each page with sliders."""
    return pytest.mark.parametrize(fixture, EXPLORED or PAGES, indirect=True)


@pytest.fixture(scope="module")
def site():
    """Address of the book on a throw-away server, below the top as on the pages of a project."""
    sources = [ROOT / "_config.yml", ROOT / "_toc.yml", *ROOT.glob("lmgcav/**/*.*")]
    sources += [*ROOT.glob("book/*.*"), *ROOT.glob("book/site/**/*.*")]
    newest = max(path.stat().st_mtime for path in sources if path.suffix != ".pyc")
    front = SITE / "index.html"
    if not front.exists() or front.stat().st_mtime < newest:
        pytest.fail("The book in _build is missing or older than its sources: run `make book`")

    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *args):
            pass

    handler = functools.partial(Handler, directory=SITE.parent)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}/{SITE.name}"
        server.shutdown()


@pytest.fixture(scope="module")
def browser():
    if not CHROMIUM.exists():
        pytest.fail(
            "There is no /usr/bin/chromium: run `apt-get update && apt-get install chromium`"
        )
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


def is_error(said):
    """Whether the console reports an error, other than an answer that comes as a response, too."""
    return said.type == "error" and "the server responded" not in said.text


@contextmanager
def visit(browser, site, name, viewport=DESKTOP):
    """Open a page and wait until it is drawn; in the end fail on what went wrong meanwhile."""
    problems = []

    def admit(route):
        if route.request.url.startswith(site):
            page.asked.add(route.request.url)
            route.continue_()
        else:
            problems.append(f"refused a request to {route.request.url}")
            route.abort()

    context = browser.new_context(viewport=viewport, reduced_motion="reduce")
    context.route("**/*", admit)
    page = context.new_page()
    page.name, page.asked = name, set()
    page.set_default_timeout(PATIENCE)
    page.on("console", lambda said: problems.append(said.text) if is_error(said) else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("response", lambda got: problems.append(got.url) if got.status >= 400 else None)
    page.goto(f"{site}/{name}")
    page.evaluate("window.MathJax?.startup.promise.then(() => true)")
    expect(page.locator(".widget-subarea > *")).to_have_count(page.locator(WIDGET).count())
    yield page
    context.close()
    assert problems == [], name


# Of module scope, so that all tests of one page follow each other and share it.
@pytest.fixture(scope="module", params=PAGES)
def page(request, site, browser):
    """Each page of the book in turn, which the tests that take it leave working as they find it."""
    with visit(browser, site, request.param) as page:
        yield page


@pytest.fixture(scope="module", params=PAGES)
def phone(request, site, browser):
    """Each page on a phone."""
    with visit(browser, site, request.param, PHONE) as page:
        yield page


def test_the_front_page_leads_into_the_book(site, browser):
    with visit(browser, site, "search.html") as page:
        page.goto(f"{site}/index.html")
        page.wait_for_url(f"{site}/book/index.html")


def test_a_missing_file_is_one_problem_of_a_page(site, browser):
    once = pytest.raises(AssertionError, match=r"one more item: '\S+/no-such-file'")
    with once, visit(browser, site, "search.html") as page:
        page.evaluate("fetch('no-such-file').then((answer) => answer.text())")


# --- Every page; that it reports no error and asks no other server is checked when it is closed


def test_a_page_has_one_title(page):
    expect(page.locator("h1:visible")).to_have_count(1)


def test_every_picture_is_described(page):
    nameless = "all => all.filter(e => !e.alt?.trim()).map(e => e.outerHTML.slice(0, 200))"
    assert page.locator("img").evaluate_all(nameless) == []


def test_every_equation_is_typeset_under_its_own_number(page):
    expect(page.locator(".math:not(:has(mjx-container))")).to_have_count(0)
    expect(page.locator("mjx-merror, [data-mjx-error], .math .eqno")).to_have_count(0)
    prose = "e => { e = e.cloneNode(true); "
    prose += "e.querySelectorAll('pre, code, script').forEach(c => c.remove()); "
    prose += "return e.textContent; }"
    assert not re.search(r"\$\$|\\[(\[]", page.locator("#main-content").evaluate(prose))
    for equation in page.locator('.math[id^="eq-"]').all():
        number = equation.get_attribute("id").removeprefix("eq-")
        printed = equation.locator("mjx-assistive-mml mlabeledtr > :first-child")
        assert [text.lower() for text in printed.all_text_contents()] == [f"({number})"]


LOAD_FIGURES = """async () => {
  for (const image of document.images) {
    image.loading = "eager";
    if (image.checkVisibility()) await image.decode();
  }
}"""


def test_a_page_with_all_it_loads_is_light_and_weighs_what_the_status_says(page, status, capsys):
    page.evaluate(LOAD_FIGURES)
    for start in page.locator("img.start").all():
        start.locator("..").scroll_into_view_if_needed()
        page.wait_for_function(
            "(e) => kept.some((i) => i.src === e.src)", arg=start.element_handle()
        )
    page.wait_for_function("kept.every((image) => image.complete)")
    files = {unquote(urlsplit(url).path).removeprefix(f"/{SITE.name}/") for url in page.asked}
    size = sum(len(gzip.compress((SITE / file).read_bytes())) for file in files)
    with capsys.disabled():
        print(f"\n{page.name}: {size / 1e6:.2f} MB gzipped in {len(files)} files", end=" ")
    assert size <= MOST_BYTES
    if page.name in status["pages"]:  # where all fonts count, of which a page loads some
        assert size - 10_000 < status["pages"][page.name] < size + 200_000


def test_the_text_comes_before_all_that_can_wait(page):
    text = (SITE / page.name).read_text()
    head, _, body = text.partition("</head>")
    scripts = re.findall(r"<script[^>]* src=[^>]*>", head)
    assert [script for script in scripts if not re.search("defer|async", script)] == []
    assert not re.search(r"<script.*(MathJax|widget-state)", head)
    assert "widget-state+json" not in body.partition("</article>")[0]
    assert "data:image/png" not in text
    styles = re.findall(r'<link[^>]*href="([^"?]*\.css)', head)
    before = [(SITE / page.name).parent / style for style in styles]
    before = [path.read_bytes() for path in before] + [text.partition("<article")[0].encode()]
    assert sum(len(gzip.compress(content)) for content in before) <= MOST_BYTES_BEFORE_TEXT


# What MathJax typesets is two thirds of the elements of a page, and none of ours.
TAKE_EQUATIONS = """() => {
  window.taken = [...document.querySelectorAll("mjx-container")].map((equation) => {
    const word = document.createTextNode("equation");
    equation.replaceWith(word);
    return [equation, word];
  });
}"""
RETURN_EQUATIONS = "() => taken.forEach(([equation, word]) => word.replaceWith(equation))"


def serious_barriers(page, context=None, **options):
    """Return what axe-core finds in a part of the page besides its equations, with its advice."""
    options |= {"resultTypes": ["violations"], "preload": False}  # it would ask for files anew
    page.evaluate(TAKE_EQUATIONS)
    found = Axe().run(page, context, options).response["violations"]
    page.evaluate(RETURN_EQUATIONS)
    return [
        (violation["id"], node["html"][:200], node["failureSummary"])
        for violation in found
        for node in violation["nodes"]
        if violation["impact"] in {"serious", "critical"}
    ]


def test_axe_finds_no_serious_barrier(page):
    assert serious_barriers(page, rules={"color-contrast": {"enabled": False}}) == []


# One text of each look: its colours and size. To ask for the contrast of every word takes minutes.
MARK_LOOKS = """() => {
  const looks = new Set();
  for (const e of document.querySelectorAll("body *:not(mjx-container *)")) {
    const words = [...e.childNodes].some((child) => child.nodeType === 3 && child.data.trim());
    if (!words || !e.checkVisibility()) continue;
    const { color, fontSize, fontWeight } = getComputedStyle(e);
    const behind = [];
    for (let b = e; b; b = b.parentElement) behind.push(getComputedStyle(b).backgroundColor);
    const look = [color, fontSize, fontWeight, ...new Set(behind)].join();
    e.toggleAttribute("data-look", !looks.has(look));
    looks.add(look);
  }
  return looks.size;
}"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_colour_of_text_stands_out(page, theme):
    page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
    assert page.evaluate(MARK_LOOKS) > 5
    found = serious_barriers(page, {"include": ["[data-look]"]}, runOnly=["color-contrast"])
    page.evaluate("document.documentElement.dataset.theme = 'light'")
    assert found == []


FOCUS_WITHOUT_RING = """() => {
  const all = document.querySelectorAll("a, button, input, summary, textarea, [tabindex]:not(g)");
  return [...all].filter((element) => {
    element.focus();
    if (document.activeElement !== element) return false;
    return getComputedStyle(element).outlineStyle === "none";
  }).map((element) => element.outerHTML.slice(0, 200));
}"""


def test_a_ring_shows_where_the_keyboard_is(page):
    page.keyboard.press("Tab")  # for a browser shows none to those who use a mouse
    assert page.evaluate(FOCUS_WITHOUT_RING) == []


def test_figures_keep_white_paper_in_the_dark(page):
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    paper = "all => all.map(e => getComputedStyle(e).backgroundColor)"
    colors = page.locator(".cell_output img").evaluate_all(paper)
    page.evaluate("document.documentElement.dataset.theme = 'light'")
    assert set(colors) <= {"rgb(255, 255, 255)"}


def test_on_paper_a_slider_is_its_starting_picture(page):
    starts = [slider.text_content() for slider in page.locator(".widget-readout").all()]
    page.emulate_media(media="print")
    controls = [".bd-sidebar", ".bd-sidebar-secondary", ".widget-slider", ".widget-play"]
    expect(page.locator(", ".join(f"{control}:visible" for control in controls))).to_have_count(0)
    for slider, start in zip(page.locator(".widget-slider").all(), starts, strict=True):
        picture = picture_of(slider)
        expect(picture).to_be_visible()
        expect(picture).to_have_attribute("alt", names(start))
    page.emulate_media(media="null")


SMALLEST = 11  # points, of text in figures, but for raised and lowered signs


def test_no_text_in_a_figure_is_smaller_than_the_smallest():
    drawn = [ROOT / "lmgcav/companion" / name for name in ("figures.py", "paper.mplstyle")]
    text = "".join(path.read_text() for path in [*drawn, *ROOT.glob("book/*.ipynb")])
    sizes = re.findall(r"(?<!marker)(?<!fig)size(?:=|:|\\?\":) ?(\d+)", text)
    assert len(sizes) > 3
    assert min(map(int, sizes)) >= SMALLEST <= SIZE_OF_WORDS
    assert "x-small" not in text


def test_a_phone_scrolls_no_page_sideways_and_shows_figures_whole_and_undistorted(phone):
    assert phone.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    stretch = "e => (e.width / e.naturalWidth) / (e.height / e.naturalHeight)"
    stretch = f"async e => {{ e.loading = 'eager'; await e.decode(); return ({stretch})(e); }}"
    cut = """e => {
      const { left, right } = e.getBoundingClientRect();
      for (let box = e.parentElement; box.tagName !== "BODY"; box = box.parentElement) {
        const around = box.getBoundingClientRect();
        if (getComputedStyle(box).overflowX !== "visible" &&
            (left < around.left - 1 || right > around.right + 1)) return true;
      }
      return false;
    }"""
    shrunk = "e => e.getBoundingClientRect().width / e.getAttribute('width')"
    for figure in phone.locator(".cell_output img:visible").all():
        assert figure.evaluate(stretch) == pytest.approx(1, abs=0.02), "it is distorted"
        words = SMALLEST * 100 / 72 * figure.evaluate(shrunk)  # 100 pixels an inch
        assert words >= 9, "its labels are smaller than 9 pixels"
        assert not figure.evaluate(cut), "a box around it hides a part"


# --- Code, contents, colours, description


def test_code_is_folded_until_one_switch_shows_it_on_every_page(site, browser):
    computes, plumbing = ".cell.computes > details", ".cell:not(.computes) > details.hide"
    with visit(browser, site, EXPLORED[0]) as page:
        for name in EXPLORED[:2]:
            page.goto(f"{site}/{name}")
            assert page.locator(computes).count() > 0 < page.locator(plumbing).count()
            expect(page.locator(f"{computes}[open]")).to_have_count(0)
        page.get_by_label("Show the code").check()
        for name in EXPLORED[:2]:
            page.goto(f"{site}/{name}")
            expect(page.locator(f"{computes}:not([open])")).to_have_count(0)
            expect(page.locator(f"{plumbing}[open]")).to_have_count(0)
        page.get_by_label("Show the code").uncheck()
        expect(page.locator(f"{computes}[open]")).to_have_count(0)


def test_code_is_unfolded_for_a_reader_who_forbids_storage(site, browser):
    with browser.new_page() as page:
        page.add_init_script("delete Window.prototype.localStorage; delete window.localStorage")
        page.goto(f"{site}/{EXPLORED[0]}")
        page.get_by_label("Show the code").check()
        expect(page.locator(".cell.computes > details:not([open])")).to_have_count(0)


def test_the_contents_come_in_groups_and_no_two_begin_alike(site, browser):
    with visit(browser, site, PAGES[0]) as page:
        contents = page.locator("nav.bd-docs-nav")
        assert contents.locator(".caption-text").count() == 4
        titles = [title.strip() for title in contents.locator("a").all_text_contents()]
        starts = [title.split(":")[0].rstrip("s") for title in titles]
        assert len(starts) == len(set(starts)) > 10


def test_a_dark_system_gets_dark_pages(site, browser):
    with visit(browser, site, PAGES[0]) as page:
        for scheme in ["dark", "light"]:
            page.emulate_media(color_scheme=scheme)
            expect(page.locator("html")).to_have_attribute("data-theme", scheme)


@pytest.mark.parametrize("name", PAGES[:-1])
def test_a_page_describes_itself_to_those_who_link_to_it(name):
    head = (SITE / name).read_text().partition("</head>")[0]
    says = dict(re.findall(r'<meta (?:name|property)="([\w:]+)" content="([^"]+)"', head))
    assert len(says["description"]) > 20
    assert says["og:description"] == says["description"]
    assert not re.search(r"[\\<>$]", says["og:description"] + says["og:title"])
    base = says["og:url"].removesuffix(name)
    picture = says.get("og:image", "").removeprefix(base)
    assert (SITE / picture).is_file() or name not in EXPLORED


# --- Links


class Links(HTMLParser):
    """The identifiers of a page, and the addresses that it names."""

    def __init__(self, path):
        super().__init__()
        self.ids, self.addresses = set(), set()
        self.feed(path.read_text())

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.ids |= {attributes[key] for key in ("id", "name") if attributes.get(key)}
        self.addresses |= {attributes[key] for key in ("href", "src") if attributes.get(key)}


def test_every_link_within_the_book_leads_somewhere():
    pages = {path.resolve(): Links(path) for path in SITE.rglob("*.html")}
    dead = []
    for path, page in pages.items():
        for address in page.addresses:
            parts = urlsplit(address)
            if parts.scheme:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            ids = pages[target].ids | {"", "top"} if target in pages else {""}
            if not target.exists() or unquote(parts.fragment) not in ids:
                dead.append(f"{path.relative_to(SITE.resolve())}: {address}")
    assert dead == []


def test_every_outside_address_of_the_text_is_listed_with_the_pages_that_name_it(status):
    listed = Links(SITE / "book/status.html").addresses
    assert status["addresses"].keys() <= listed
    assert any(address.startswith("https://doi.org/") for address in status["addresses"])


# --- What the build has measured


@pytest.fixture(scope="module")
def status():
    """The measurements that the build has left."""
    return json.loads((SITE / "status.json").read_text())


def test_every_chapter_is_measured_and_small_enough_for_binder(status):
    measured = status["chapters"]
    assert {f"{chapter}.html" for chapter in measured} >= set(EXPLORED)
    for name, run in measured.items():
        assert run["megabytes"] < MOST_MEGABYTES, name


HOMES = r"(?:/work|/tmp|/root|/home(?!/instructor)|/Users)/"
PATH = re.compile(rf"(?<![\w.]){HOMES}[^\s<]*|[^\s<>]*site-packages[^\s<]*")


@pytest.mark.parametrize("page", PAGES)
def test_no_page_shows_a_path_of_the_machine_that_built_it(page):
    assert not PATH.findall((SITE / page).read_text())


def test_section_six_has_the_answer_of_every_other_chapter():
    text = (SITE / "book/06_conclusions.html").read_text()
    table = text.partition('id="what-the-book-has-found"')[2].partition("</table>")[0]
    linked = re.findall(r'<a [^>]*href="(\w+\.html)"', table)
    assert [f"book/{name}" for name in linked] == [
        page for page in PAGES if "/0" in page and "06_" not in page
    ]


# --- Search, colours, downloads


@pytest.mark.parametrize("start", ["http", "file"])
def test_a_word_is_found_from_the_keyboard(site, browser, start):
    with visit(browser, site if start == "http" else SITE.as_uri(), PAGES[0]) as page:
        page.keyboard.press("Control+k")
        expect(page.locator("input[type=search]:focus")).to_be_visible()
        page.keyboard.type("Husimi")
        page.asked.clear()
        page.keyboard.press("Enter")
        result = page.locator("#search-results li a", has_text="steady state").first
        expect(result).to_be_visible()
        if start == "http":  # quoted from the bare text, not from the pages with all their pictures
            quoted = page.locator("#search-results .context", has_text="Husimi").first
            expect(quoted).to_be_visible()
            assert {url.rpartition(".")[2] for url in page.asked if "/book/0" in url} <= {"search"}
        result.click()
        expect(page.locator("article h1")).to_contain_text("steady state")


@pytest.mark.parametrize(
    ("words", "place"),
    {
        "Fig. 7": "04b_exact_dynamics.html#",
        "Eq. 18": "04a_mean_field.html#eq-18",
        "superradiant": "03_steady_state.html#",
        "Lindblad": "02_model.html#eq-4",
        "master equation": "02_model.html#eq-4",
        "bistable": "04a_mean_field.html#fig-5",
        "photon correlation": "06d_light.html#fig-memory",
        "boundary time crystal": "another_model.html#fig-crystal",
        "strontium": "06c_experiment.html#fig-experiment",
    }.items(),
)
def test_what_readers_call_things_is_found_in_the_chapters_first(site, browser, words, place):
    with visit(browser, site, f"search.html?q={quote(words)}") as page:
        found = page.locator("#search-results li > a").first
        expect(found).to_have_attribute("href", re.compile(re.escape(place)))
        expect(page.locator("#search-summary, .search-summary")).to_contain_text("finished")
        assert not re.search(r"\\[(\[a-z]", page.locator("#search-results").text_content())


def test_a_button_makes_the_pages_dark_and_they_stay_so(site, browser):
    background = "getComputedStyle(document.body).backgroundColor"
    with visit(browser, site, PAGES[0]) as page:
        light = page.evaluate(background)
        button = page.get_by_role("button", name="Color mode")
        while page.evaluate("document.documentElement.dataset.mode") != "dark":
            button.click()
        dark = page.evaluate(background)
        page.goto(f"{site}/{PAGES[1]}")
        assert page.evaluate(background) == dark != light


@pytest.mark.parametrize("name", EXPLORED or PAGES)
def test_a_chapter_can_be_downloaded_as_a_notebook_that_says_how_to_install(name):
    notebook = nbformat.read(downloaded(name), as_version=4)
    first = next(cell for cell in notebook.cells if cell.cell_type == "code")
    assert "%pip install" in first.source
    assert not any(cell.get("outputs") for cell in notebook.cells)


def test_a_downloaded_notebook_runs_anywhere(status, tmp_path):
    took = status["chapters"]
    notebook = nbformat.read(downloaded(min(took, key=lambda c: took[c]["seconds"])), as_version=4)
    NotebookClient(notebook, resources={"metadata": {"path": tmp_path}}, timeout=None).execute()


def downloaded(name):
    """Return the file that the download button of a page leads to."""
    path = SITE / f"{name.removesuffix('.html')}.html"
    (link,) = re.findall(r'href="([^"]+\.ipynb)"[^>]*btn-download-source', path.read_text())
    return path.parent / link


# --- Sliders


def names(value):
    """Match a description in which ``value`` stands as a whole number."""
    return re.compile(rf"(?<![\d.]){re.escape(value)}(?!\d|\.\d)")


def picture_of(slider):
    """Return the one picture that stands below ``slider``."""
    return slider.locator("xpath=ancestor::*[contains(@class, 'widget-subarea')]//img")


def expect_frame(slider, picture, before):
    """Fail unless the slider has moved on from ``before`` and the picture is of its value."""
    readout = slider.locator(".widget-readout")
    expect(readout).not_to_have_text(before)
    value = readout.text_content()
    expect(picture).to_have_attribute("alt", names(value))
    expect(slider.get_by_role("slider")).to_have_attribute("aria-valuetext", value)
    assert picture.evaluate("e => e.decode().then(() => e.complete)"), "it has not come"
    return value


@each_explored("page")
def test_every_slider_moves_its_picture_by_keyboard_and_nothing_else(page):
    sliders = page.locator(".widget-slider")
    assert sliders.count() == sliders.get_by_role("slider").count() > 0
    height = page.evaluate("document.body.scrollHeight")
    for slider in sliders.all():
        handle, label = slider.get_by_role("slider"), slider.locator(".widget-label")
        expect(handle).to_have_attribute("aria-label", label.text_content())
        picture = picture_of(slider)
        handle.focus()
        page.keyboard.press("End")
        value = expect_frame(slider, picture, before="")
        for key in ["Home", "ArrowRight", "ArrowLeft", "End"]:
            words = picture.get_attribute("alt")
            page.keyboard.press(key)
            expect(picture).not_to_have_attribute("alt", words)
            value = expect_frame(slider, picture, before=value)
    assert page.evaluate("document.body.scrollHeight") == height, "the page jumps"


@each_explored("page")
def test_the_first_picture_to_move_begins_on_the_first_screen_or_just_below(page):
    first = page.locator(":is(figure.portrait svg, .widget-slider, .widget-toggle-buttons)").first
    top = first.evaluate("e => e.getBoundingClientRect().top + scrollY")
    assert top < 1.2 * DESKTOP["height"]


@each_explored("page")
def test_a_new_picture_is_read_out(page):
    slider = page.locator(".widget-slider").first
    picture = picture_of(slider)
    heard = page.get_by_role("status").and_(page.locator("#new-picture"))
    slider.get_by_role("slider").press("End")
    value = expect_frame(slider, picture, before="")
    for key in ["Home", "End"]:
        words = picture.get_attribute("alt")
        slider.get_by_role("slider").press(key)
        expect(picture).not_to_have_attribute("alt", words)
        value = expect_frame(slider, picture, before=value)
        expect(heard).to_have_text(picture.get_attribute("alt"))
    expect(heard).to_have_attribute("aria-live", "polite")


@each_explored("page")
def test_the_value_beside_a_slider_is_text_that_nobody_can_change(page):
    for slider in page.locator(".widget-slider").all():
        slider.get_by_role("slider").press("End")
        value = slider.locator(".widget-readout")
        text = value.text_content()
        value.click()
        page.keyboard.type("7")
        expect(value).to_have_text(text)
        assert not value.evaluate("e => e.isContentEditable || e.tabIndex >= 0")
        expect(slider.get_by_role("slider")).to_have_attribute("aria-valuetext", text)


@each_explored("phone")
def test_a_slider_follows_the_mouse_on_a_narrow_page(phone):
    slider = phone.locator(".widget-slider").first
    picture = picture_of(slider)
    slider.get_by_role("slider").press("Home")
    value = slider.locator(".widget-readout").text_content()
    slider.get_by_role("slider").hover()
    phone.mouse.down()
    track = slider.locator(".noUi-base").bounding_box()
    phone.mouse.move(track["x"] + track["width"], track["y"], steps=10)
    phone.mouse.up()
    last = expect_frame(slider, picture, before=value)
    slider.get_by_role("slider").press("End")
    expect(slider.locator(".widget-readout")).to_have_text(last)


@each_explored("page")
def test_a_play_button_moves_its_picture_on(page):
    for row in page.locator(".widget-hbox").filter(has=page.locator(".widget-play")).all():
        slider = row.locator(".widget-slider")
        picture = picture_of(slider)
        slider.get_by_role("slider").press("Home")
        value = slider.locator(".widget-readout").text_content()
        button = row.get_by_role("button", name="Play or pause")
        button.click()
        expect(slider.locator(".widget-readout")).not_to_have_text(value)
        button.click()
        expect_frame(slider, picture, before="")  # perhaps at the start again


def test_the_offline_copy_works_without_any_server(site, browser, tmp_path):
    assert "lmgcav-book.zip" in (SITE / "book/index.html").read_text()
    zipfile.ZipFile(SITE / "lmgcav-book.zip").extractall(tmp_path)
    folder = tmp_path / "lmgcav-book"
    with visit(browser, folder.as_uri(), (EXPLORED or PAGES)[0]) as page:
        expect(page.locator("mjx-container").first).to_be_attached()
        slider = page.locator(".widget-slider").first
        value = slider.locator(".widget-readout").text_content()
        slider.get_by_role("slider").press("ArrowRight")
        expect_frame(slider, picture_of(slider), before=value)
        page.goto(f"{folder.as_uri()}/index.html")
        page.wait_for_url(f"{folder.as_uri()}/book/index.html")
        expect(page.locator(".offline-copy")).to_have_count(0)
