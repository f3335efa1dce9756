"""The two kernels of a submission: the tests ask the answers for numbers through `Answers`.

Apart from grading.py, because nbgrader takes two seconds to be imported, and no kernel needs it.
"""

import inspect
import itertools
import pickle
import queue
import tempfile
from pathlib import Path

import numpy as np
from jupyter_client.manager import start_new_kernel
from jupyter_core.paths import jupyter_runtime_dir

from lmgcav.companion import coursework

COURSE = Path(__file__).resolve().parent
PRINTED = 20_000  # characters that are kept of what one cell prints


class KernelEnded(Exception):
    """The kernel of the answers has gone."""


class Answers:
    """The kernel of the answers, and its functions by their names among those of the tests."""

    def __init__(self, names):
        self.folder = tempfile.TemporaryDirectory()
        self.count = itertools.count()
        self.manager, self.client = start_new_kernel()
        self.execute(
            CLOSE.format(
                helpers=inspect.getsource(coursework),
                closed=[
                    str(Path(coursework.__file__).parents[1]),
                    str(COURSE),
                    jupyter_runtime_dir(),
                ],
            )
        )
        space = get_ipython().user_ns  # noqa: F821 (this runs in a kernel)
        space.update({name: self.function(name) for name in names})

    def function(self, name):
        """Return a function that asks the answers for one of theirs."""

        def ask(*args, **kwargs):
            path = Path(self.folder.name, f"{next(self.count)}.npy")
            call = pickle.dumps((name, args, kwargs))
            error = self.execute(f"__answer__({call!r}, {str(path)!r})")
            if error:
                said = error.removeprefix("AssertionError: ")
                raise AssertionError(f"{name}: {said}")
            assert path.exists(), f"{name} gives no answer"
            return np.load(path, allow_pickle=False)

        return ask

    def run(self, source):
        """Run a cell of the submission, and show what it prints and draws."""
        error = self.execute(source, show=True)
        if error:
            raise RuntimeError(error)

    def lend(self, sources):
        """Put right results of earlier questions in the place of the answers."""
        self.execute(f"__lend__({sources!r})")

    def take_back(self):
        """Undo `lend`."""
        self.execute("__take_back__()")

    def execute(self, source, show=False):
        """Run source text there, and return the last line of its error, or nothing."""
        request = self.client.execute(
            source, store_history=False, allow_stdin=False
        )
        try:
            return self.follow(request, show)
        except KeyboardInterrupt:  # nbgrader's limit
            self.manager.interrupt_kernel()
            raise

    def follow(self, request, show):
        """Read messages until the kernel is idle again or has ended."""
        error, room = "", PRINTED
        while True:
            try:
                message = self.client.get_iopub_msg(timeout=1)
            except queue.Empty:
                if not self.manager.is_alive():
                    raise KernelEnded("the kernel has ended") from None
                continue
            if message["parent_header"].get("msg_id") != request:
                continue
            kind, content = message["msg_type"], message["content"]
            if kind == "status" and content["execution_state"] == "idle":
                return error
            if kind == "error":
                error = f"{content['ename']}: {content['evalue']}"
            elif show and room > 0:
                room -= reproduce(kind, content, room)


def reproduce(kind, content, room):
    """Show an output of the other kernel here; return how long it was."""
    if kind == "stream":
        print(content["text"][:room])
        return len(content["text"])
    if kind in ("display_data", "execute_result"):
        from IPython.display import display

        display(content["data"], raw=True)
    return 0


# --- In the kernel of the answers

CLOSE = """
def __begin__(helpers, closed):
    import builtins, importlib.abc, importlib.machinery, os, pickle, sys, types

    import numpy as np

    space = get_ipython().user_ns

    class Closed(types.ModuleType):
        def __getattr__(self, name):
            if name.startswith("__"):
                raise AttributeError(name)
            def refuse(*args, **kwargs):
                raise RuntimeError("answers must not call lmgcav")
            return refuse

    class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
        def find_spec(self, name, path=None, target=None):
            if name.partition(".")[0] == "lmgcav":
                return importlib.machinery.ModuleSpec(name, self, is_package=True)
        def create_module(self, spec):
            return Closed(spec.name)
        def exec_module(self, module):
            pass

    sys.meta_path.insert(0, Finder())
    tools = types.ModuleType("lmgcav.companion.coursework")
    exec(helpers, tools.__dict__)
    sys.modules[tools.__name__] = tools

    commands = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.forkpty")
    real, fsdecode, here = os.path.realpath, os.fsdecode, os.path.realpath(os.getcwd())

    def guard(event, args):
        if event in commands:
            raise PermissionError("answers must not start programs")
        if event in ("open", "sqlite3.connect") and isinstance(args[0], (str, bytes)):
            path = real(fsdecode(args[0]))
            if path.startswith(tuple(closed)) and not path.startswith(here):
                raise PermissionError("answers must not open files of lmgcav or of the course")

    sys.addaudithook(guard)
    own = {{}}

    def answer(call, path):
        name, args, kwargs = pickle.loads(call)
        np.save(path, tools.numbers(space[name](*args, **kwargs)), allow_pickle=False)

    def lend(sources):
        own.update(space)
        for source in sources:
            exec(source, space)

    def take_back():
        for name in set(space) - set(own):
            del space[name]
        space.update(own)
        own.clear()

    builtins.__answer__, builtins.__lend__, builtins.__take_back__ = answer, lend, take_back


__begin__({helpers!r}, {closed!r})
del __begin__
"""
