"""Where recorded numbers come from."""

import json
import platform
from datetime import date
from importlib.metadata import version


def provenance(**settings):
    """Return the settings with versions and date, as JSON."""
    versions = {name: version(name) for name in ("lmgcav", "numpy", "scipy")}
    about = {"python": platform.python_version(), "date": date.today().isoformat()}
    return json.dumps(settings | versions | about)
