"""The students' versions of the problem sets, for download: a Sphinx extension of this book."""

from pathlib import Path

from nbgrader.apps import NbGraderAPI
from sphinx.errors import ExtensionError
from traitlets.config import Config


def setup(app):
    """Register the extension with Sphinx."""
    app.connect("build-finished", write_student_versions)
    return {"version": "1", "parallel_read_safe": True}


def write_student_versions(app, error):
    """Let nbgrader write them into ``coursework/`` of the site; that takes no gradebook."""
    if error is not None:
        return
    course = Path(app.srcdir, "coursework").resolve()
    config = Config()
    config.CourseDirectory.root = str(course)
    config.CourseDirectory.release_directory = str(Path(app.outdir, "coursework"))
    config.GenerateAssignment.no_database = True
    config.SaveCells.enabled = False
    grader = NbGraderAPI(config=config)
    for master in sorted((course / "source").iterdir()):
        result = grader.generate_assignment(master.name)
        if not result["success"]:
            raise ExtensionError(f"No student version of {master.name}: {result['error']}")
