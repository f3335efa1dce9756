"""Where numbers come from: what they were made with, by which code, when."""

import platform
import subprocess
import sys
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

ROOT = Path(__file__).parents[1]  # of the package


def provenance(packages, **settings):
    """Return all that is needed to make the same numbers again.

    Parameters
    ----------
    packages : iterable of str
        Names of the packages whose versions count; None stands for one that is not installed.
    **settings
        What else counts, such as parameters.

    Returns
    -------
    dict
        The settings, then "versions", "commit" and "date".
    """
    versions = {"python": platform.python_version()}
    for name in packages:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            versions[name] = None
    date = datetime.now(UTC).isoformat(timespec="seconds")
    return settings | {"versions": versions, "commit": commit(), "date": date}


@cache  # the code that runs is that of the beginning, whatever is written meanwhile
def commit():
    """Commit of the package, or of a copy that no repository holds its version and content.

    It ends in "-dirty" where files differ from it, other than the recordings that a script
    replaces.
    """
    try:
        git("ls-files", "--error-unmatch", __file__)  # else it is another's repository
        changed = git("diff", "--name-only", "HEAD", "--", ":/", ":(top,exclude)*.npz")
        return git("rev-parse", "HEAD") + ("-dirty" if changed else "")
    except (OSError, subprocess.CalledProcessError):
        release = getattr(sys.modules.get(ROOT.name), "__version__", "without version")
        return f"{ROOT.name} {release} (SHA-256 {content()})"


def git(*command):
    """Return what git says in the folder of the package."""
    options = {"cwd": ROOT, "check": True, "capture_output": True, "text": True}
    return subprocess.run(["git", *command], **options).stdout.strip()


def content():
    """Digest of the code of the package, with the names of its files."""
    digest = sha256()
    for file in sorted(ROOT.rglob("*.py")):
        digest.update(f"{file.relative_to(ROOT).as_posix()}\n".encode() + file.read_bytes())
    return digest.hexdigest()
