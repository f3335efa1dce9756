"""The rules of this repository that no other tool checks. Each message says what to do."""

import ast
import json
import re
import shutil
import subprocess
import sys
import tomllib
from fnmatch import fnmatch
from importlib.metadata import packages_distributions, requires
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
VERSION = re.search(r'__version__ = "(.+)"', (ROOT / "lmgcav/__init__.py").read_text())[1]
ADDRESS = yaml.safe_load((ROOT / "_config.yml").read_text())["repository"]["url"]
NOTEBOOKS = {path.stem: json.loads(path.read_text()) for path in ROOT.glob("book/*.ipynb")}
CHAPTERS = sorted(name for name in NOTEBOOKS if name[0].isdigit())
SOURCES = sorted(ROOT.glob("lmgcav/**/[!_]*.py"))

DOI = "10.1103/PhysRevA.99.053411"

WINGS = {"companion", "sweeps"}  # which import the physics, and never the other way round
PHYSICS = {path.stem for path in ROOT.glob("lmgcav/[!_]*.py")} - {"arguments"}
DRAWING = {"IPython", "ipywidgets", "matplotlib"}
PORTABLE = {
    "cells",
    "check",
    "coursework",
    "explore",
    "page",
    "paper_map",
    "provenance",
    "registry",
    "rerun",
    "sliders",
}  # of the companion

chapters = pytest.mark.parametrize("chapter", CHAPTERS)


def tracked_files():
    if (ROOT / "PKG-INFO").exists():  # a source distribution, which has its own list
        listed = (ROOT / "lmgcav.egg-info/SOURCES.txt").read_text().splitlines()
        return [file for file in listed if not file.startswith(("lmgcav.egg-info/", "PKG-INFO"))]
    listing = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True)
    return listing.stdout.decode().splitlines()


def source(name, kind=None):
    cells = NOTEBOOKS[name]["cells"]
    return "\n".join("".join(cell["source"]) for cell in cells if kind in (None, cell["cell_type"]))


def code_cells(name):
    return [cell for cell in NOTEBOOKS[name]["cells"] if cell["cell_type"] == "code"]


def tags(cell):
    return set(cell["metadata"].get("tags", []))


# --- The public files


def test_readme_and_contributing_name_only_commands_that_the_makefile_has():
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.M))
    for name in ["README.md", "CONTRIBUTING.md"]:
        text = (ROOT / name).read_text()
        named = set(re.findall(r"^make (\w+)$|`make (\w+)", text, re.M))
        assert {a or b for a, b in named} <= targets, f"{name} names a target that is not there"


def test_readme_gives_a_reason_for_every_top_level_file():
    readme = (ROOT / "README.md").read_text()
    for name in {path.split("/")[0] for path in tracked_files()} - {"README.md"}:
        assert f"`{name}" in readme, f"say in README's table why {name} exists, or move it"


def test_requirements_start_with_the_package_and_pin_everything_else():
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    assert lines[0] == "-e .", "Binder stages the whole repository for this line only"
    for line in lines[1:] + (ROOT / "requirements-dev.txt").read_text().splitlines():
        assert re.match(r"[\w.-]+==\S+( ; .+)?$", line), f"{line!r} is no pin: run `make lock`"


@pytest.mark.parametrize(
    ("extra", "lock"), [("book", "requirements.txt"), ("test", "requirements-dev.txt")]
)
def test_lock_files_are_up_to_date_with_the_extras(extra, lock):
    locked = set(re.findall(r"^([\w.-]+)==", (ROOT / lock).read_text(), re.M))
    wanted = {re.match(r"[\w.-]+", need)[0] for need in PROJECT["optional-dependencies"][extra]}
    assert wanted - {"lmgcav"} <= locked, "run `make lock`"


def imported(code):
    """Top names of the modules that some code imports."""
    for node in ast.walk(ast.parse(re.sub(r"^(\s*)%.*", r"\1pass", code, flags=re.M))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module.split(".")[0]


def brought_by(names):
    """Distributions that come with these, directly or not."""
    found, new = set(), set(names)
    while new:
        found.add(name := new.pop())
        needs = [need for need in requires(name) or [] if "extra ==" not in need]
        here = {re.match(r"[\w.-]+", need)[0] for need in needs if "platform" not in need}
        new |= {need.lower() for need in here} - found
    return found


def test_extra_for_notebooks_brings_all_that_chapters_import():
    extras = PROJECT["optional-dependencies"]
    needs = PROJECT["dependencies"] + extras["notebooks"] + extras["sweep"]
    brought = brought_by({re.match(r"[\w.-]+", need)[0] for need in needs} - {"lmgcav"})
    code = [source(name, "code") for name in NOTEBOOKS] + [path.read_text() for path in SOURCES]
    modules = {module for text in code for module in imported(text)} | {"ipykernel"}
    homes = packages_distributions()
    for module in modules - sys.stdlib_module_names - {"lmgcav"}:
        assert {home.lower() for home in homes[module]} & brought, f"nothing brings {module}"


def test_citation_has_the_version_of_the_package_and_the_doi_of_the_paper():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    archive = json.loads((ROOT / ".zenodo.json").read_text())
    assert citation["version"] == VERSION
    assert citation["preferred-citation"]["doi"] == DOI
    assert archive["related_identifiers"][0]["identifier"] == DOI
    assert archive["title"] == citation["title"]
    assert f"version {VERSION}," in (ROOT / "README.md").read_text()
    assert f"\n## {VERSION} (" in (ROOT / "CHANGELOG.md").read_text()


def test_readme_links_work_on_a_page_of_its_own():
    text = (ROOT / "README.md").read_text()
    for address in re.findall(r"\]\((.+?)\)|^\[\w+\]: (.+)$", text, re.M):
        assert "".join(address).startswith("https://"), "a package index has no files beside it"


def test_a_source_distribution_takes_every_file():
    rules = [line.split() for line in (ROOT / "MANIFEST.in").read_text().splitlines()]
    folders = {folder for rule, folder, *_ in rules if rule == "graft"} | {"lmgcav"}
    patterns = [p for rule, *rest in rules if rule == "include" for p in rest]
    given = {"LICENSE", "MANIFEST.in", "pyproject.toml"}  # which setuptools takes unasked
    for name in {file.split("/")[0] for file in tracked_files()} - folders - given:
        assert any(fnmatch(name, pattern) for pattern in patterns), f"name {name} in MANIFEST.in"


def test_workflows_pin_their_actions_to_commits():
    for path in ROOT.glob(".github/workflows/*.yml"):
        for action in re.findall(r"uses: *(.+)", path.read_text()):
            assert re.search(r"@[0-9a-f]{40} # v\d", action), f"pin {action} to a commit"


# --- The address of the repository

SLUG = ADDRESS.removeprefix("https://github.com/")
REPEATED = ["README.md", "CITATION.cff", "pyproject.toml"]


@pytest.mark.parametrize("name", [*REPEATED, *CHAPTERS])
def test_every_repetition_of_the_address_equals_the_one_in_config(name):
    if name in NOTEBOOKS:
        text = "".join(code_cells(name)[0]["source"])
        assert f"git+{ADDRESS}" in text, "the first code cell installs the package from git"
    else:
        text = (ROOT / name).read_text()
    found = re.findall(r"\b(?:github\.com|gh|github)/([\w-]+/[\w.-]*\w)", text)
    assert found
    assert set(found) == {SLUG}, "run `make repository URL=...` with the address in _config.yml"
    pages = re.findall(r"\b([\w-]+)\.github\.io/([\w.-]*\w)", text)
    assert set(pages) <= {tuple(SLUG.split("/"))}


def test_the_address_stands_nowhere_else():
    owner, name = SLUG.split("/")
    address = re.compile(rf"\b{SLUG}\b|\b{owner}\.(github\.io|readthedocs)|badge/.*{name}")
    for file in {*tracked_files()} - {*REPEATED, "_config.yml"}:
        text = (ROOT / file).read_bytes().decode(errors="replace") if (ROOT / file).exists() else ""
        lines = [line for line in text.splitlines() if address.search(line)]
        if file.endswith(".ipynb"):  # the first cell of code installs the package from there
            lines = [line for line in lines if f"git+{ADDRESS}" not in line]
        assert not lines, f"{file} repeats the address of _config.yml: take it out, or list it here"


def test_make_repository_rewrites_the_address_everywhere(tmp_path):
    for file in tracked_files():
        if (ROOT / file).exists() and not file.startswith("book/site/"):
            (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / file, tmp_path / file)
    fork = "https://github.com/some-one/fork"
    for command in ["git init -q", "git add .", f"make repository URL={fork}"]:
        subprocess.run(command.split(), cwd=tmp_path, check=True, capture_output=True)
    assert f"url: {fork}" in (tmp_path / "_config.yml").read_text()
    owner, name = SLUG.split("/")
    for file in tmp_path.rglob("*.*"):
        if file.suffix in {".md", ".cff", ".toml", ".yml", ".ipynb"}:
            assert not re.search(rf"/{SLUG}\b|{owner}\.github\.io/{name}", file.read_text()), file


# --- The chapters


def test_contents_list_every_notebook_and_nothing_else():
    patterns = re.findall(r"(?:root|file|glob): *(book/\S+)", (ROOT / "_toc.yml").read_text())
    contents = {path.stem for pattern in patterns for path in ROOT.glob(f"{pattern}.*")}
    assert set(NOTEBOOKS) <= contents, "add the notebook to _toc.yml"
    lost = [pattern for pattern in patterns if not [*ROOT.glob(f"{pattern}.*")]]
    assert not lost, "_toc.yml names a lost file"


@pytest.mark.parametrize("name", sorted(NOTEBOOKS))
def test_notebooks_are_committed_without_outputs(name):
    for cell in code_cells(name):
        assert not cell["outputs"], "clear the outputs (CONTRIBUTING says how)"
        assert cell["execution_count"] is None, "clear the outputs (CONTRIBUTING says how)"


@chapters
def test_chapter_opens_with_a_title_and_the_section_of_the_paper(chapter):
    first = "".join(NOTEBOOKS[chapter]["cells"][0]["source"])
    assert first.startswith("# "), "the first cell is the title"
    assert re.search(r"\b(Section|Sec\.|Sections|Appendix)\b", first), "name the paper's section"


@chapters
def test_first_code_cell_of_a_chapter_is_hidden(chapter):
    assert tags(code_cells(chapter)[0]) & {"remove-input", "hide-input"}, "hide the imports"


@chapters
def test_chapter_has_one_parameters_cell(chapter):
    count = sum("parameters" in tags(cell) for cell in code_cells(chapter))
    assert count == 1, "all resolution numbers belong into one cell tagged `parameters`"


@chapters
def test_no_visible_cell_is_longer_than_20_lines(chapter):
    for cell in code_cells(chapter):
        if not tags(cell) & {"remove-input", "remove-cell", "hide-input", "hide-cell"}:
            lines = "".join(cell["source"]).splitlines()
            assert len(lines) <= 20, f"move drawing details to figures.py: {lines[0]}"


@chapters
def test_chapter_has_a_slider_and_two_exercises_with_hidden_solutions(chapter):
    text = source(chapter, "markdown")
    exercises = re.findall(r"\{exercise\}.*\n:label: *(\S+)", text)
    solutions = re.findall(r"\{solution\} *(\S+)\n:class: dropdown", text)
    assert len(exercises) >= 2, "give it two exercises"
    assert exercises == solutions, "each exercise has its solution, with `:class: dropdown`"
    assert "explore(" in source(chapter, "code"), "give it an `explore`"


# --- The opening and the end of a chapter


def minutes(chapter):
    """Time to read a chapter up to its exercises: a minute for 150 words, and for a figure."""
    cells = NOTEBOOKS[chapter]["cells"]
    words = source(chapter, "markdown").partition("## Exercises")[0].split()
    figures = sum("figure" in cell["metadata"].get("mystnb", {}) for cell in cells)
    figures += len(re.findall(r"^explore\(", source(chapter, "code"), re.M))
    return len(words) / 150 + figures


@chapters
def test_chapter_opens_with_what_one_learns_and_the_minutes_that_it_takes(chapter):
    first = "".join(NOTEBOOKS[chapter]["cells"][0]["source"])
    assert "\nYou will learn" in first, "say in the first cell what one learns"
    said = re.search(r"\*About (\d+) minutes\.\*$", first)
    assert said, "the first cell ends with the time to read it, *About 20 minutes.*"
    took = minutes(chapter)
    assert abs(int(said[1]) - took) < 5, f"say that it takes about {5 * round(took / 5)} minutes"


@chapters
def test_main_slider_stands_right_below_the_question(chapter):
    cells = NOTEBOOKS[chapter]["cells"]
    slider = next(i for i, cell in enumerate(cells) if "explore(" in "".join(cell["source"])[:400])
    above = cells[1:slider]
    texts = [c for c in above if c["cell_type"] == "markdown"]
    assert len(texts) == 1, "between the question and the first slider stands one paragraph"
    assert "##" not in "".join(texts[0]["source"])


@chapters
def test_chapter_answers_its_question_in_three_lines_before_the_exercises(chapter):
    text = source(chapter, "markdown")
    assert re.search(r"^## The answer\n\n(- [^|\n]+\n){3}\n## Exercises$", text, re.M), (
        "give it `## The answer` of three lines before `## Exercises`, without a bar in them, "
        "since they are a row of a table"
    )


# --- Sliders


def sliders():
    """Chapter, label and positions, where they stand in the call, of every slider of the book."""
    for name in NOTEBOOKS:
        for cell in code_cells(name):
            text = re.sub(r"^(\s*)%.*", r"\1pass", "".join(cell["source"]), flags=re.M)
            for node in ast.walk(ast.parse(text)):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Axis":
                    yield name, node.args[2].value, node.args[1], node.keywords


def test_no_axis_of_a_figure_counts_the_twist_in_halves():
    for path in [*ROOT.glob("book/*.ipynb"), ROOT / "lmgcav/companion/figures.py"]:
        assert not re.search(r'"\$\\+chi/\\+Gamma\$\\?"', path.read_text()), f"{path}: 2χ/Γ"


def test_a_thing_has_one_name_and_one_scale_on_every_slider():
    scales, names = {}, {}
    for chapter, label, *_ in sliders():
        name, _, scale = label.rpartition(" ") if re.search(r"[/_Γ]|N$", label) else (label, "", "")
        assert scales.setdefault(name, scale) == scale, f"{chapter}: {label}"
        assert not scale or names.setdefault(scale, name) == name, f"{chapter}: {label}"
        for letter, allowed in {"Ω": {"Drive", "Relative drive"}, "χ": {"Twist"}}.items():
            assert letter not in label or name in allowed, f"{chapter}: {label}"


def test_a_slider_has_more_than_three_positions_and_a_choice_of_fewer_has_buttons():
    for chapter, label, positions, keywords in sliders():
        buttons = any(keyword.arg == "buttons" for keyword in keywords)
        few = isinstance(positions, ast.List) and len(positions.elts) <= 3
        starred = few and any(isinstance(each, ast.Starred) for each in positions.elts)
        assert buttons or starred or not few, f"{chapter}: {label}"


def test_numbered_equations_carry_their_number_as_a_unique_label():
    labels = []
    for name in sorted(NOTEBOOKS):
        text = source(name, "markdown")
        for block in re.split(r"\n\s*\n", text):
            for tag in re.findall(r"\\tag\{(.+?)\}", block):
                assert f"(eq-{tag})=" in block, f"{name}: put (eq-{tag})= above Eq. ({tag})"
        labels += re.findall(r"^\(eq-(\S+)\)=$", text, re.M)
    assert sorted(labels) == sorted(set(labels)), "an equation is labelled where it is first shown"


# --- The package


def imports(path):
    """Dotted names of what a module of the package imports, its own relative to the package."""
    home = path.relative_to(ROOT / "lmgcav").parent.parts
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.removeprefix("lmgcav.") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = [*home[: len(home) + 1 - node.level]] if node.level else []
            for alias in node.names:
                name = ".".join([*above, *filter(None, [node.module]), alias.name])
                yield name.removeprefix("lmgcav.")


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_physics_imports_neither_wing_and_draws_nothing(path):
    wing = WINGS & {*path.relative_to(ROOT).parts}
    tops = {name.partition(".")[0] for name in imports(path)}
    if not wing:
        assert not tops & (WINGS | DRAWING), "move what needs a wing or a drawing into a wing"
    if wing == {"sweeps"}:
        assert "companion" not in tops, "sweeps know of no book"


def test_contributing_says_of_every_module_of_the_companion_what_another_paper_does_with_it():
    says = (ROOT / "CONTRIBUTING.md").read_text().partition("\n## Another paper")[2]
    kept, _, others = says.partition("\n## ")[0].partition("Of the package")
    assert {*re.findall(r"`(\w+)`", kept)} == PORTABLE
    modules = {path.stem for path in (ROOT / "lmgcav/companion").iterdir()} - PORTABLE
    assert {name for name in modules if name.isidentifier() and name[0] != "_"} == {
        name for name in re.findall(r"`(\w+)(?:\.py|/)`", others) if name != "arguments"
    }


@pytest.mark.parametrize("module", sorted(PORTABLE))
def test_the_portable_part_of_the_companion_knows_no_physics_and_no_paper(module):
    ours = {"lmgcav", "arguments", *WINGS, *PHYSICS}
    allowed = {"arguments", *(f"companion.{name}" for name in PORTABLE)}
    for name in imports(ROOT / f"lmgcav/companion/{module}.py"):
        own = name.partition(".")[0] in ours
        home = name if name in allowed else name.rpartition(".")[0]
        assert not own or home in allowed, f"{module} imports {name}: CONTRIBUTING says what may"


@pytest.mark.parametrize("module", sorted(PHYSICS))
def test_every_physics_module_has_its_test_file(module):
    assert (ROOT / f"tests/test_{module}.py").exists(), f"write tests/test_{module}.py"
