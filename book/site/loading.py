"""What a page loads, and when: a Sphinx extension of this book alone.

A page shows its text first. Scripts stand behind the text, and so does the state of the sliders,
without their pictures: these are files of their own, of which the page itself names the starting
ones. ``static/site.js`` asks for the others when their sliders come near.
"""

import base64
import hashlib
import json
import os
import re
from pathlib import Path

from docutils import nodes
from PIL import Image

from lmgcav.companion.explore import SETTLED

FRAMES = "_images/frames"  # the folder of the pictures of all sliders
# What the theme brings along and no page asks for: maps for its developers, translations, fonts.
NOT_NEEDED = (
    "*.map",
    "locales/*/LC_MESSAGES/*",
    "vendor/fontawesome/webfonts/*",
    "*webpack-macros.html",
)
WIDGET = r'<script type="application/vnd.jupyter.widget-{}\+json">\s*(.*?)\s*</script>'
STATE, VIEW = (re.compile(WIDGET.format(kind), re.S) for kind in ("state", "view"))
INLINE = re.compile(r'src="data:image/png;base64,([^"]*)"')
WIDGETS = re.compile(r'<script src="([^"]*/embed\.js[^"]*)"></script>')
SCRIPT = re.compile(r"<script(?! data-cfasync)[^>]*>.*?</script>\s*", re.S)  # that one sets colours


def setup(app):
    """Register the extension with Sphinx."""
    app.connect("html-page-context", drop_repeated_scripts, priority=900)
    app.connect("html-page-context", drop_unused_mathjax, priority=900)
    app.connect("html-page-context", load_portrait)
    app.connect("build-finished", lighten)
    return {"version": "1", "parallel_read_safe": True}


def drop_repeated_scripts(app, pagename, templatename, context, doctree):
    """Keep one copy of each inline script: a ``const`` that is declared twice is an error."""
    seen = set()
    kept = []
    for script in context["script_files"]:
        body = getattr(script, "attributes", {}).get("body")
        if body is None or body not in seen:
            kept.append(script)
        seen.add(body)
    context["script_files"] = kept


def drop_unused_mathjax(app, pagename, templatename, context, doctree):
    """Load MathJax on pages with equations only, not on those above them too."""
    kinds = nodes.math | nodes.math_block
    if doctree and not any(doctree.findall(lambda node: isinstance(node, kinds))):
        context["script_files"] = [
            script
            for script in context["script_files"]
            if "mathjax" not in f"{script.filename} {script.attributes}".lower()
        ]


def load_portrait(app, pagename, templatename, context, doctree):
    """Load what draws the phase portrait on the page that has a place for it."""
    if '<figure class="portrait">' in context.get("body", ""):
        app.add_css_file("portrait.css")
        app.add_js_file("portrait.js", loading_method="defer")


def lighten(app, error):
    """Make the finished pages light enough for a telephone network."""
    if error is None:
        site = Path(app.outdir)
        lighten_pictures(site / "_images")
        drop_unused_icons(site)
        for pattern in NOT_NEEDED:
            for path in Path(app.outdir, "_static").rglob(pattern):
                path.unlink()
        for page in site.rglob("*.html"):
            text = wait_for_pictures(part_pictures(page.read_text(), page, site))
            page.write_text(text_first(text))


def lighten_pictures(folder):
    """Save the figures in 128 colours, which takes a third of the bytes and looks the same."""
    for path in folder.glob("*.png"):
        Image.open(path).convert("RGB").quantize(128, kmeans=SETTLED).save(path, optimize=True)


def drop_unused_icons(site):
    """Keep of the theme's two thousand icons, half a megabyte, those that some page shows."""
    pages = "".join(path.read_text() for path in site.rglob("*.html"))
    shown = set(re.findall(r"\bfa-([\w-]+)", pages))

    def keep(icon):
        names = {icon["name"], *re.findall(r'"([\w-]+)"', icon["aliases"])}
        return icon[0] if names & shown else ""

    script = site / "_static/scripts/fontawesome.js"
    icon = r'"?(?P<name>[\w-]+)"?:\[\d+,\d+,\[(?P<aliases>[^]]*)\],"\w+","[^"]+"\],?'
    script.write_text(re.sub(icon, keep, script.read_text()))
    styles = site / "_static/styles/pydata-sphinx-theme.css"  # asks for fonts until the script runs
    styles.write_text(re.sub(r"@font-face\{[^}]*webfonts/[^}]*\}", "", styles.read_text()))


# --- The order of a page


def text_first(text):
    """Move every script, and the state of the sliders, from the head behind the text.

    The script of the widgets becomes a hint, which ``static/site.js`` takes up in its time.
    """
    head, mark, rest = text.partition("</head>")
    head = WIDGETS.sub(r'<link rel="prefetch" as="script" href="\1">', head)
    scripts = "".join(SCRIPT.findall(head))
    body, end, tail = rest.rpartition("</body>")
    return SCRIPT.sub("", head) + mark + body + scripts + end + tail


def wait_for_pictures(text):
    """Let a page ask for a figure when the reader comes near it, and keep its place until then."""
    size = r'style="width: (\d+)px; height: (\d+)px;"'
    lazy = r'loading="lazy" width="\1" height="\2" style="aspect-ratio: \1 / \2"'
    return re.sub(size, lazy, text)


def part_pictures(text, page, site):
    """Make files of the pictures within a page with sliders, and show the starting ones."""
    found = STATE.search(text)
    if not found:
        return text
    content = json.loads(found[1])
    address = os.path.relpath(site / FRAMES, page.parent)

    def with_start(view):
        start = part(content["state"], json.loads(view[1])["model_id"], site / FRAMES, address)
        return start + view[0]

    text = VIEW.sub(with_start, text)
    text = text.replace(found[1], json.dumps(content).replace("</", r"<\/"))
    return INLINE.sub(
        lambda src: f'loading="lazy" {saved([src[1]], site / FRAMES, address)[0]}', text
    )


def part(state, view, folder, address):
    """Save the pictures below a widget; return the starting one as a stand-in for the widget.

    The script of the widgets looks at no state before all of the page has come.
    """
    below = [state[model]["state"] for model in leaves(state, view)]
    pictures = [model for model in below if "base64," in str(model.get("value"))]
    if not pictures:
        return ""
    contents = [INLINE.search(picture["value"])[1] for picture in pictures]
    for picture, source in zip(pictures, saved(contents, folder, address), strict=True):
        picture["value"] = INLINE.sub(f'decoding="sync" {source}', picture["value"])
    rows = len(state[view]["state"]["children"]) - 1
    start = state[starting(state, view)]["state"]["value"]
    more = f'<img class="start" data-frames="{len(pictures)}" loading="lazy"'
    return start.replace("<img", more).replace('style="', f'style="--rows: {rows}; ')


def saved(contents, folder, address):
    """Write pictures into a folder of their own, by their numbers; return where they are."""
    name = hashlib.sha256("".join(contents).encode()).hexdigest()[:12]
    (folder / name).mkdir(parents=True, exist_ok=True)
    for i, content in enumerate(contents):
        (folder / name / f"{i}.png").write_bytes(base64.b64decode(content))
    return [f'src="{address}/{name}/{i}.png"' for i in range(len(contents))]


def leaves(state, model):
    """Identifiers of the widgets below one that have none below them."""
    below = children(state, model)
    return [leaf for child in below for leaf in leaves(state, child)] if below else [model]


def starting(state, model):
    """Identifier of the picture that a widget shows at first: below its last child."""
    while below := children(state, model):
        model = below[state[model]["state"].get("selected_index", -1)]
    return model


def children(state, model):
    """Identifiers of the widgets right below one."""
    below = state[model]["state"].get("children", [])
    return [child.removeprefix("IPY_MODEL_") for child in below]
