"""The answers of all chapters as one table: a Sphinx extension of this book.

Each chapter ends with a section "The answer". Where a page has the directive ``answers``, these
sections of the other chapters become a table, one row a chapter.
"""

import json
import re
from pathlib import Path

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective

ANSWER = re.compile(r"^## The answer\n\n((?:- .+\n)+)", re.M)


def setup(app):
    """Register the extension with Sphinx."""
    app.add_directive("answers", Answers)
    return {"version": "1", "parallel_read_safe": True}


class Answers(SphinxDirective):
    """The table of answers."""

    def run(self):
        """Return the table, and read this page again when a chapter has changed."""
        here = Path(self.get_source_info()[0])
        own = title(here)[0]  # a section that more than one chapter has
        lines = ["| section | answer |", "| --- | --- |"]
        for path in sorted(here.parent.glob("[0-9]*.ipynb")):
            answer = ANSWER.search(markdown(path))
            if answer and path.stem != here.stem:
                self.env.note_dependency(str(path))
                section, _, rest = title(path)
                name = rest if section == own else section
                row = " ".join(answer[1].removeprefix("- ").split("\n- "))
                lines.append(f"| [{name}]({path.name}) | {row.strip()} |")
        table = nodes.Element()
        self.state.nested_parse(StringList(lines, str(here)), self.content_offset, table)
        return table.children


def markdown(path):
    """Return the text of a notebook without its code."""
    cells = json.loads(path.read_text())["cells"]
    return "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")


def title(path):
    """Return the section in the title of a chapter, a colon, and the rest, if there is one."""
    return re.match("# (.+)", markdown(path))[1].partition(": ")
