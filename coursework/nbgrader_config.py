"""Settings that nbgrader reads when it is run in this folder."""

c = get_config()  # noqa: F821 (nbgrader defines it)
c.CourseDirectory.course_id = "lmgcav"
# `nbgrader zip_collect` takes downloads/1_steady_state/archive/ada_1_steady_state.ipynb for Ada's.
c.ZipCollectApp.downloaded_directory = "downloads"
c.FileNameCollectorPlugin.named_regexp = (
    r".*/(?P<student_id>[^/_]+)_(?P<file_id>[^/]+)"
)
