"""Where numbers come from: what they were made with, by which code, when."""

import platform
import subprocess
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path


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
    """Commit of the repository that the package is in, "unknown" where it is in none."""
    ask = ["git", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]  # no tags
    try:
        folder = Path(__file__).parent
        done = subprocess.run(ask, cwd=folder, check=True, capture_output=True, text=True)
        return done.stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
