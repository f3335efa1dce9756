"""What the pages need to compute: the official files of Pyodide alone, and this package."""

import hashlib
import io
import json
import sys
import tarfile
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest
from sphinx.errors import ExtensionError

SITE = Path(__file__).parent.parent / "book/site"
sys.path.append(str(SITE))
import runtime  # noqa: E402

FILES = {"a.whl": b"a wheel", "b.zip": b"a library"}


@pytest.fixture(autouse=True)
def small(monkeypatch, tmp_path):
    """A runtime of two files, none of which is there yet, and no source."""
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in FILES.items()}
    monkeypatch.setattr(runtime, "CHECKSUMS", sums)
    monkeypatch.setattr(runtime, "KEPT", tmp_path / "kept")
    monkeypatch.setattr(runtime, "SOURCES", ())
    monkeypatch.setattr(runtime, "REQUIRED", None)


@pytest.fixture
def app(tmp_path):
    added = []
    app = SimpleNamespace(builder=SimpleNamespace(format="html"), outdir=tmp_path, added=added)
    app.add_js_file = app.add_css_file = lambda name, **about: added.append(name)
    return app


def test_files_come_from_the_first_source_that_has_them(monkeypatch, tmp_path):
    def first():
        runtime.keep("a.whl", FILES["a.whl"])
        raise OSError("it broke off")

    def second():
        assert runtime.absent() == ["b.zip"]
        runtime.keep("b.zip", FILES["b.zip"])

    monkeypatch.setattr(runtime, "SOURCES", (first, second, lambda: pytest.fail("asked")))
    assert runtime.collect() == ""
    assert {path.name: path.read_bytes() for path in (tmp_path / "kept").iterdir()} == FILES


def test_only_files_with_the_official_checksums_are_kept(monkeypatch, tmp_path):
    (tmp_path / "a.whl").write_bytes(b"another wheel")
    (tmp_path / "b.zip").write_bytes(FILES["b.zip"])
    monkeypatch.setattr(runtime, "FOLDER", str(tmp_path))
    monkeypatch.setattr(runtime, "SOURCES", (runtime.folder,))
    assert runtime.collect() == "1 files are missing"
    assert [path.name for path in (tmp_path / "kept").iterdir()] == ["b.zip"]


def test_an_archive_gives_its_files_wherever_they_lie_in_it(tmp_path):
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:bz2") as tar:
        for name, content in {"pyodide/a.whl": FILES["a.whl"], "pyodide/x.js": b"x"}.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    (tmp_path / "kept").mkdir()
    archive.seek(0)
    with tarfile.open(fileobj=archive, mode="r|bz2") as tar:
        runtime.keep_members(tar)
    assert [path.name for path in (tmp_path / "kept").iterdir()] == ["a.whl"]


def test_without_the_files_the_pages_have_no_buttons(app):
    runtime.offer(app)
    runtime.assemble(app, None)
    assert app.added == []
    assert not (app.outdir / runtime.PLACE).exists()


def test_where_they_are_required_their_absence_is_a_failure(app, monkeypatch):
    monkeypatch.setattr(runtime, "REQUIRED", "1")
    with pytest.raises(ExtensionError, match="2 files are missing"):
        runtime.offer(app)


def test_the_wheel_has_the_package_and_a_name_that_changes_with_it(monkeypatch, tmp_path):
    name, content = runtime.package()
    assert runtime.package() == (name, content)
    with zipfile.ZipFile(io.BytesIO(content)) as wheel:
        packed = set(wheel.namelist())
        assert (
            wheel.read("lmgcav/model.py") == (SITE.parent.parent / "lmgcav/model.py").read_bytes()
        )
    assert {"lmgcav/companion/paper.mplstyle", "in_browser.py"} <= packed
    assert any(each.endswith("recorded/gaps.npz") for each in packed)
    (tmp_path / "in_browser.py").write_text("pass")
    monkeypatch.setattr(runtime, "SITE", tmp_path)
    assert runtime.package()[0] != name


def test_the_lock_names_what_the_package_needs_and_nothing_else():
    needs = {"lmgcav": [], "numpy": [], "scipy": ["numpy"], "six": [], "pytz": []}
    needs["matplotlib"] = ["numpy", "matplotlib-pyodide", "pytz", "six"]
    known = {name: {"depends": depends} for name, depends in needs.items()}
    lock = runtime.with_package({"info": 1, "packages": known}, "lmgcav-1-0-py3-none-any.whl", b"")
    assert sorted(lock["packages"]) == ["lmgcav", "matplotlib", "numpy", "scipy", "six"]
    assert lock["packages"]["lmgcav"]["sha256"] == hashlib.sha256(b"").hexdigest()
    assert json.loads(json.dumps(lock)) == lock
