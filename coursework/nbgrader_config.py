"""Settings that nbgrader reads when it is run in this folder."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from grading import Collect, Grade, Restore
from nbgrader.converters import Autograde
from nbgrader.preprocessors import Execute, OverwriteCells

c = get_config()  # noqa: F821 (nbgrader defines it)
c.CourseDirectory.course_id = "lmgcav"

# How a submission is graded: see grading.py. A cell may take 300 s.
steps = Autograde.sanitize_preprocessors.default_args[0]
c.Autograde.sanitize_preprocessors = [
    step
    for it in steps
    for step in ([Restore, it] if it is OverwriteCells else [it])
]
steps = Autograde.autograde_preprocessors.default_args[0]
c.Autograde.autograde_preprocessors = [
    Grade if it is Execute else it for it in steps
]
c.Execute.timeout = 300
c.Execute.iopub_timeout = 60

# `nbgrader zip_collect` takes what mail and learning platforms make of the names:
# ada_1_steady_state.ipynb, Ada Lovelace_42_assignsubmission_file_1_steady_state (1).ipynb, ...
c.ZipCollectApp.downloaded_directory = "downloads"
c.ZipCollectApp.collector_plugin = Collect
sets = "|".join(
    sorted(it.name for it in Path(__file__).resolve().parent.glob("source/*"))
)
c.FileNameCollectorPlugin.named_regexp = (
    r".*/(?P<student_id>[^/]+?)"
    r"(?:_\d+_assignsubmission_file_/?|(?:_LATE)?_\d+_\d+_|_)"  # Moodle, Canvas, mail
    rf"(?P<file_id>{sets})[^/]*$"
)
