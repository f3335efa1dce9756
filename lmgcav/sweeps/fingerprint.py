"""A digest that changes with a function, so that no result of another function passes for its own.

What counts is the compiled code, and every value, function and class that it refers to, in turn.
Comments and layout do not count. Installed packages count by their version, lmgcav by its source.
"""

import copyreg
import dis
import hashlib
import sys
from functools import cache
from pathlib import Path
from types import CodeType, FunctionType, ModuleType

PLAIN = (type(None), type(...), type(NotImplemented), bool, int, float, complex, str)


def fingerprint(thing, seen=None):
    """Digest of a thing and of all that it consists of.

    Parameters
    ----------
    thing : object
        A function, say, or a tuple of functions and numbers.
    seen : dict, optional
        Functions and classes that have been met, which may refer to themselves.

    Returns
    -------
    str
        64 hexadecimal digits; equal in every process that runs the same Python.

    Raises
    ------
    TypeError
        If it refers to something whose content cannot be told, such as an open file.

    Examples
    --------
    >>> from functools import partial
    >>> fingerprint(partial(pow, exp=2)) == fingerprint(partial(pow, exp=3))
    False
    """
    seen = {} if seen is None else seen
    if isinstance(thing, FunctionType | type):
        if thing in seen:
            return seen[thing]
        seen[thing] = f"number {len(seen)}"
    if isinstance(thing, PLAIN):
        content = repr(thing).encode()
    elif isinstance(thing, bytes | bytearray):
        content = thing
    elif isinstance(thing, set | frozenset):
        content = "".join(sorted(fingerprint(part, seen) for part in thing)).encode()
    else:
        content = "".join(fingerprint(part, seen) for part in parts(thing)).encode()
    digest = hashlib.sha256(type(thing).__name__.encode() + b" " + content).hexdigest()
    if isinstance(thing, FunctionType | type):
        seen[thing] = digest
    return digest


def parts(thing):
    """List what a thing consists of."""
    if isinstance(thing, tuple | list):
        return thing
    if isinstance(thing, dict):
        return [*thing, *thing.values()]
    if isinstance(thing, CodeType):
        arguments = thing.co_varnames[: thing.co_argcount + thing.co_kwonlyargcount]
        return [thing.co_code, thing.co_exceptiontable, thing.co_names, arguments, thing.co_consts]
    if isinstance(thing, ModuleType):
        return [thing.__name__, package(thing.__name__) or Path(thing.__file__).read_bytes()]
    if isinstance(thing, FunctionType | type):
        module = getattr(thing, "__globals__", {}).get("__name__", thing.__module__)
        if package(module):
            return [module, thing.__qualname__, package(module), enclosed(thing)]
        return function_parts(thing) if isinstance(thing, FunctionType) else class_parts(thing)
    if isinstance(thing, property):
        return [thing.fget, thing.fset, thing.fdel]
    if hasattr(thing, "__wrapped__"):  # a cached function, a class method
        return [thing.__wrapped__]
    return pickled_parts(thing)


def function_parts(function):
    """Code, default arguments, enclosed variables and the global ones that the code names."""
    steps = [step for code in codes(function.__code__) for step in dis.get_instructions(code)]
    names = {step.argval for step in steps if step.opname in ("LOAD_GLOBAL", "LOAD_NAME")}
    used = {name: function.__globals__[name] for name in sorted(names & {*function.__globals__})}
    defaults = function.__defaults__, function.__kwdefaults__
    return [function.__code__, *defaults, enclosed(function), used]


def enclosed(thing):
    """List the variables of the surrounding function that a function refers to."""
    return [cell.cell_contents for cell in getattr(thing, "__closure__", None) or ()]


def codes(code):
    """Yield the code and that of all functions inside it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from codes(constant)


def class_parts(cls):
    """Bases, methods and attributes."""
    own = {
        name: value
        for name, value in vars(cls).items()
        if isinstance(value, FunctionType) or not name.startswith("__")
    }
    return [cls.__qualname__, cls.__bases__, own]


def pickled_parts(thing):
    """List what pickle would write."""
    reduce = copyreg.dispatch_table.get(type(thing))
    found = reduce(thing) if reduce else thing.__reduce_ex__(4)
    if isinstance(found, str):
        return [getattr(thing, "__module__", None), found]
    return [*found[:3], *(list(items) for items in found[3:5] if items is not None)]


@cache
def package(module):
    """Say which version of Python, lmgcav or another installed package a module belongs to."""
    root = module.partition(".")[0]
    if root == __package__.partition(".")[0]:
        folder = Path(__file__).parents[1]
        files = sorted([*folder.glob("*.py"), *folder.glob("sweeps/*.py")])
        sources = b"".join(file.read_bytes() for file in files)
        return hashlib.sha256(sources).hexdigest()
    if root == "__main__":  # which may have been started by a program that is installed
        return None
    if root in sys.stdlib_module_names:
        return f"Python {sys.version}"
    found = sys.modules.get(root)
    file = getattr(found, "__file__", None)
    if file and {"site-packages", "dist-packages"} & {*Path(file).parts}:
        return f"{root} {getattr(found, '__version__', '')}"
    return None
