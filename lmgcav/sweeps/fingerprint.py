"""A digest that changes with a function, so that no result of another function passes for its own.

What counts is what can change a number: the compiled code of lmgcav and of one's own functions, as
it is loaded in this process, and every value, function and class that they refer to or import, in
turn; of what else is installed the version. Comments, layout and docstrings do not count. What no
code names cannot be seen: the text that ``eval`` gets, the content of a file that is read.
"""

import copyreg
import dis
import hashlib
import sys
from contextlib import suppress
from functools import cache, cached_property
from importlib import import_module, metadata
from importlib.util import resolve_name
from pathlib import Path
from platform import python_version
from types import (
    CodeType,
    FunctionType,
    MappingProxyType,
    MemberDescriptorType,
    MethodType,
    ModuleType,
)

PLAIN = (type(None), type(...), type(NotImplemented), bool, int, float, complex, str)
NAMED = (FunctionType, ModuleType, type)  # which may refer to themselves
OURS = __name__.partition(".")[0]
UNVERSIONED = "0.0.0"  # what setuptools calls a package without a version


def fingerprint(thing, seen=None):
    """Digest of a thing and of all that it consists of.

    Parameters
    ----------
    thing : object
        A function, say, or a tuple of functions and numbers.
    seen : dict, optional
        Functions, classes and modules that have been met, and what else is open at the moment:
        all of it may refer to itself.

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
    key = thing if isinstance(thing, NAMED) else id(thing)  # which is its own while it is open
    if key in seen:
        return seen[key]
    seen[key] = f"number {len(seen)}"
    if type(thing) in PLAIN:
        content = repr(thing).encode()
    elif type(thing) in (bytes, bytearray):
        content = thing
    elif type(thing) in (set, frozenset):
        content = "".join(sorted(fingerprint(part, seen) for part in thing)).encode()
    else:
        content = "".join(fingerprint(part, seen) for part in parts(thing)).encode()
    digest = hashlib.sha256(type(thing).__name__.encode() + b" " + content).hexdigest()
    del seen[key]
    if isinstance(thing, NAMED):
        seen[thing] = digest
    return digest


def parts(thing):
    """List what a thing consists of."""
    if type(thing) in (tuple, list):
        return thing
    if type(thing) in (dict, MappingProxyType):
        return [*thing, *thing.values()]
    if isinstance(thing, CodeType):
        arguments = thing.co_varnames[: thing.co_argcount + thing.co_kwonlyargcount]
        return [thing.co_code, thing.co_exceptiontable, thing.co_names, arguments, thing.co_consts]
    if isinstance(thing, ModuleType):
        return [thing.__name__, release(thing.__name__) or public(vars(thing))]
    if isinstance(thing, FunctionType):
        module = thing.__globals__.get("__name__", "__main__")
        if release(module):
            return [module, thing.__qualname__, release(module), enclosed(thing)]
        return function_parts(thing)
    if isinstance(thing, type):
        if release(thing.__module__):
            return [thing.__module__, thing.__qualname__, release(thing.__module__)]
        return [thing.__qualname__, type(thing), thing.__bases__, public(vars(thing))]
    if isinstance(thing, MethodType):
        return [thing.__func__, thing.__self__]
    if isinstance(thing, property):
        return [thing.fget, thing.fset, thing.fdel]
    if isinstance(thing, cached_property):
        return [thing.func]
    if hasattr(thing, "__wrapped__"):  # a cached function, a class method, a decorator with values
        try:
            return [thing.__wrapped__, *pickled_parts(thing)]
        except TypeError:
            return [thing.__wrapped__]
    return pickled_parts(thing)


def function_parts(function):
    """Code, defaults, attributes, enclosed variables, and what the code refers to or imports."""
    code, scope = function.__code__, function.__globals__
    steps = [step for inner in codes(code) for step in dis.get_instructions(inner)]
    steps = [step for step in steps if step.opname != "EXTENDED_ARG"]
    names = {step.argval for step in steps if step.opname in ("LOAD_GLOBAL", "LOAD_NAME")}
    attributes = {name for inner in codes(code) for name in inner.co_names}
    used = {name: scope[name] for name in sorted(names & {*scope})} | imported(steps, scope)
    used = {name: reached(value, attributes) for name, value in used.items()}
    if function.__doc__ in code.co_consts[:1]:
        code = code.replace(co_consts=code.co_consts[1:])
    own = [function.__defaults__, function.__kwdefaults__, vars(function)]
    return [code, *own, enclosed(function), used]


def imported(steps, scope):
    """Return what is imported inside a function, by its name."""
    found = {}
    for level, wanted, step in zip(steps, steps[1:], steps[2:], strict=False):
        if step.opname == "IMPORT_NAME":
            package = scope.get("__package__") or scope.get("__name__")
            name = resolve_name("." * level.argval + step.argval, package)
            for part in wanted.argval or [""]:
                place = f"{name}.{part}".strip(".")
                found[place] = named(name, part)
    return found


def named(name, part):
    """Return a module, or what it has under a name; None where it is not there."""
    try:
        module = import_module(name)
        if not part:
            return module
        return getattr(module, part) if hasattr(module, part) else import_module(f"{name}.{part}")
    except ImportError:  # the function will meet it, too
        return None


def reached(value, names):
    """Return a value, or of a module of one's own what code with these names can reach in it."""
    if not isinstance(value, ModuleType) or release(value.__name__):
        return value
    inside = {name: vars(value)[name] for name in sorted(names & {*vars(value)})}
    return {name: reached(part, names - {name}) for name, part in inside.items()} or value


def enclosed(thing):
    """List the bound variables of the surrounding function that a function refers to."""
    found = []
    for cell in getattr(thing, "__closure__", None) or ():
        with suppress(ValueError):
            found.append(cell.cell_contents)
    return found


def codes(code):
    """Yield the code and that of all functions inside it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from codes(constant)


def public(names):
    """Return what a module or a class has: functions, and values whose names are its own."""
    return {
        name: value
        for name, value in sorted(names.items())
        if isinstance(value, FunctionType)
        or not (name.startswith(("__", "_abc_")) or isinstance(value, MemberDescriptorType))
    }


def pickled_parts(thing):
    """List what pickle would write, of a set in no order."""
    if isinstance(thing, set | frozenset):
        return [type(thing), frozenset(thing), getattr(thing, "__dict__", None)]
    reduce = copyreg.dispatch_table.get(type(thing))
    try:
        found = reduce(thing) if reduce else thing.__reduce_ex__(4)
    except Exception as error:  # a lock of multiprocessing, say, has an error of its own
        raise TypeError(f"{type(thing).__name__} has no content: {error}") from error
    if isinstance(found, str):
        if not all(name.isidentifier() for name in found.split(".")):  # from np.frompyfunc, say
            raise TypeError(f"{type(thing).__name__} has no content: nothing is named {found}")
        return [getattr(thing, "__module__", None), found]
    return [*found[:3], *(list(items) for items in found[3:5] if items is not None)]


@cache
def release(module):
    """Say which version of Python or of an installed package a module belongs to, if of any."""
    root = module.partition(".")[0]
    if root in ("__main__", OURS):  # the first may have been started by an installed program
        return None
    if root in sys.stdlib_module_names:
        return f"Python {python_version()}"
    found = sys.modules.get(root)
    if {"site-packages", "dist-packages"} & {*Path(getattr(found, "__file__", None) or "").parts}:
        try:
            version = getattr(found, "__version__", None) or metadata.version(root)
        except metadata.PackageNotFoundError:
            return None
        return f"{root} {version}" if version != UNVERSIONED else None
    return None
