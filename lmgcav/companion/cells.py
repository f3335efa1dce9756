"""Which cells of a notebook a cell needs, found by the names that they give and use.

A function uses the names that its body reads, as they stand when it is called. In-place changes
count as giving a name anew: assignments to entries and attributes, and the methods `IN_PLACE`.
"""

import ast
import re
from dataclasses import dataclass
from symtable import symtable

MAGIC = re.compile(r"^(\s*)%.*$", re.M)  # %pip on Colab
COMPREHENSIONS = {"listcomp", "setcomp", "dictcomp", "genexpr"}
IN_PLACE = {"append", "extend", "insert", "update", "add", "sort", "pop"}


@dataclass(frozen=True)
class Statement:
    """Names of a statement at the top of a cell.

    Attributes
    ----------
    given : dict
        Names that the statement binds or changes; to each, the names that functions behind it
        read when they are called.
    used : set
        Names that it reads itself, from the statements before it.
    """

    given: dict
    used: set


def needed(cells, index):
    r"""Return the positions of the cells that a cell needs, itself the last.

    Parameters
    ----------
    cells : list of str
        Sources of the code cells.
    index : int
        Position of the cell.

    Returns
    -------
    list of int

    Examples
    --------
    >>> needed(["N = 4", "x = 1", "def f():\n    return N", "f()"], 3)
    [0, 2, 3]
    """
    names = [statements(cell) for cell in cells[: index + 1]]
    chosen, new = set(), {index}
    while new:
        chosen |= new
        new = set().union(*(_givers(names, i) for i in new)) - chosen
    return sorted(chosen)


def rebound(cells, index):
    r"""Return names that what a cell shows reads later, while later cells bind them again.

    Parameters
    ----------
    cells : list of str
        Sources of the code cells.
    index : int
        Position of a cell that ends with a call which keeps functions, as `explore` does.

    Returns
    -------
    dict
        To each name the positions of the later cells.

    Examples
    --------
    >>> rebound(["N = 4", "def f():\n    return N", "explore(f)", "N = 5"], 2)
    {'N': [3]}
    """
    names = [statements(cell) for cell in cells]
    own = {}
    for statement in names[index][:-1]:
        own |= statement.given
    kept = names[index][-1].used
    late = {name for each in kept for name in _reads(names, index, own, each)}
    late = _reached(names, index, own, late)[0]
    giving = {
        name: [j for j in range(index + 1, len(cells)) if _given(names[j], name) is not None]
        for name in sorted(late)
    }
    return {name: later for name, later in giving.items() if later}


def statements(cell):
    """Return a `Statement` for each statement of a cell; raise SyntaxError where it is none."""
    return [_statement(each) for each in ast.parse(MAGIC.sub(r"\1pass", cell)).body]


def _statement(node):
    top, *inner = _scopes(symtable(ast.unparse(node), "<cell>", "exec"))
    given = {s.get_name() for s in top.get_symbols() if s.is_assigned() or s.is_imported()}
    used = {s.get_name() for s in top.get_symbols() if s.is_referenced()} - _within(node)
    late = set()  # what functions read
    for table in inner:
        once = table.get_type() == "class" or table.get_name() in COMPREHENSIONS
        (used if once else late).update(s.get_name() for s in table.get_symbols() if s.is_global())
    defines = isinstance(node, ast.FunctionDef | ast.ClassDef)
    if not defines:
        used |= late  # a lambda may be called at once
    if isinstance(node, ast.For | ast.If | ast.Try | ast.While | ast.With):
        used -= given  # bound first, inside
    changed = set(_changed(node))
    behind = late if defines or isinstance(node, ast.Assign) else set()
    return Statement(dict.fromkeys(given | changed, behind), used | changed)


def _within(node):
    """Names that a statement has in comprehensions alone, which Python 3.12 shows outside, too."""
    bound = set()
    for part in ast.walk(node):
        if isinstance(part, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
            names = [name for name in ast.walk(part) if isinstance(name, ast.Name)]
            targets = {name.id for name in names if isinstance(name.ctx, ast.Store)}
            bound |= {name for name in names if name.id in targets}
    names = {name for name in ast.walk(node) if isinstance(name, ast.Name)}
    return {name.id for name in bound} - {name.id for name in names - bound}


def _scopes(table):
    yield table
    for child in table.get_children():
        yield from _scopes(child)


def _changed(node):
    """Names whose values a statement changes in place."""
    for each in ast.walk(node):
        match each:
            case (
                ast.AugAssign(base)
                | ast.Attribute(base, _, ast.Store() | ast.Del())
                | ast.Subscript(base, _, ast.Store() | ast.Del())
            ):
                pass
            case ast.Expr(ast.Call(ast.Attribute(base, method))) if method in IN_PLACE:
                pass
            case _:
                continue
        while isinstance(base, ast.Attribute | ast.Subscript):
            base = base.value
        if isinstance(base, ast.Name):
            yield base.id


def _givers(names, index):
    """Positions of the earlier cells whose names a cell uses."""
    own, givers = {}, set()
    for statement in names[index]:
        if "globals" in statement.used:  # all that there is
            givers.update(range(index))
        givers |= _reached(names, index, own, statement.used)[1]
        own |= statement.given
    return givers


def _reached(names, index, own, used):
    """Names that are read in the end, and the positions of the earlier cells that give them."""
    seen, givers, waiting = set(), set(), list(used)
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            if name not in own:
                givers.add(_giver(names, name, index))
            waiting += _reads(names, index, own, name)
    return seen, givers - {None}


def _reads(names, index, own, name):
    """Names that the functions behind a name read, as the name stands in a cell."""
    if name in own:
        return own[name]
    giver = _giver(names, name, index)
    return set() if giver is None else _given(names[giver], name)


def _giver(names, name, before):
    return next((i for i in reversed(range(before)) if _given(names[i], name) is not None), None)


def _given(cell, name):
    """Return what a cell gives to a name in the end, None if nothing."""
    return next((s.given[name] for s in reversed(cell) if name in s.given), None)
