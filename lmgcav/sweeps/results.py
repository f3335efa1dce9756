"""Labelled values at the points of a grid, in memory and in a store that survives interruption.

A store is a Zarr group, which ``xarray.open_zarr`` reads. Each point is a file of its own, with a
checksum, that is written under another name and renamed when it is complete: at any moment a
point is there as a whole, or not at all.
"""

import shutil
import warnings
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from itertools import product
from uuid import uuid4

import numpy as np
import xarray as xr
import zarr
from zarr.codecs import Crc32cCodec

from .. import arguments


class FormError(ValueError):
    """What the function has returned at a point fits neither the grid nor the other points."""


class Results:
    """Values at the points of a grid, NaN where there is none yet.

    Parameters
    ----------
    name : str
        Name of the function, and of its value where it returns one alone.
    axes : dict
        For each dimension of the grid, the parameters along it and their values.
    path : pathlib.Path or None
        The store. What it holds already is read.
    attributes : dict
        Where the values come from.
    """

    def __init__(self, name, axes, path, attributes):
        self.name, self.path, self.stored = name, path, {}
        coords = {key: (dim, list(axes[dim][key])) for dim in axes for key in axes[dim]}
        self.grid = self.dataset = xr.Dataset(coords=coords, attrs=attributes)
        self.finished = np.zeros(tuple(self.grid.sizes.values()), dtype=bool)
        if path and path.exists():
            self.read()
        if path and not self.finished.all():
            arguments.writable_folder("store", path.parent)  # rather now than after an hour

    def labelled(self):
        """Return the values with their coordinates, as a DataArray where there is one alone."""
        if [*self.dataset.data_vars] == [self.name]:
            return self.dataset[self.name].assign_attrs(self.dataset.attrs)
        return self.dataset

    def add(self, index, value):
        """Enter what the function has returned at a point."""
        try:
            point = self.without_parameters(index, labelled_point(self.name, value))
            if not self.dataset.data_vars:
                self.allocate(point)
        except (MemoryError, TypeError, ValueError) as error:
            raise FormError(str(error)) from error
        if form(point) != form(self.first):
            raise FormError(f"returned {form(point)}, but {form(self.first)} at another point")
        if not point.coords.equals(self.first.coords):
            raise FormError("returned values whose coordinates are not those at another point")
        self.grow(point)
        for name, values in point.data_vars.items():
            self.dataset[name].values[(*index, *map(slice, values.shape))] = values.values
        self.finished[index] = True

    def without_parameters(self, index, point):
        """Leave out the values that repeat a parameter of the point, such as the N of moments."""
        alike = [name for name in self.grid.coords if name in point]
        if not alike:
            return point
        here = self.grid.isel(dict(zip(self.grid.dims, index, strict=True)))
        return point.drop_vars([name for name in alike if (point[name] == here[name]).all()])

    def allocate(self, point):
        """Make room for a value like this one at every point."""
        taken = {*self.grid.variables, *self.grid.dims} & {*point.variables, *point.dims}
        if taken:
            raise ValueError(
                f"returned {', '.join(taken)}, a name in the grid, with other values than there"
            )
        arguments.fits_in_memory("The result of the sweep", self.finished.size * point.nbytes)
        self.first, dims, shape = point, tuple(self.grid.dims), self.finished.shape
        self.dataset = self.grid.assign_coords(point.coords).assign(
            {
                name: ((*dims, *values.dims), np.full(shape + values.shape, np.nan, values.dtype))
                for name, values in point.data_vars.items()
            }
        )

    def grow(self, point):
        """Make room for a value that is longer than those before; shorter ones end in NaN."""
        sizes = self.dataset.sizes
        longer = {dim: n for dim, n in point.sizes.items() if n > sizes[dim]}
        if not longer:
            return
        arguments.fits_in_memory("The result of the sweep", self.finished.size * point.nbytes)
        more = {dim: (0, n - sizes[dim]) for dim, n in longer.items()}
        self.dataset = self.dataset.pad(more, constant_values=np.nan)
        if self.stored:
            self.open()  # another process may have made more room there
            for name, array in self.stored.items():
                array.resize(tuple(np.maximum(array.shape, self.dataset[name].shape)))
            consolidate(self.path)

    def write(self, index):
        """Write a point to the store."""
        if self.path and not self.stored:
            self.create()
        for name, array in self.stored.items():
            value = self.dataset[name].values[index]
            for block in blocks(value.shape, array.chunks[len(index) :]):
                array[(*index, *block)] = value[block]

    def create(self):
        """Lay out the store at once: in a folder of another name, which is then renamed."""
        unfinished = self.path.with_suffix(f".{uuid4().hex}")
        coords = self.dataset.coords.items()
        words = {name: c.astype(object) for name, c in coords if c.dtype.kind == "U"}
        empty = xr.full_like(self.dataset.assign_coords(words), np.nan)
        encoding = {name: self.encoding(name) for name in empty.variables}
        options = {"zarr_format": 3, "write_empty_chunks": False, "consolidated": False}
        try:
            empty.to_zarr(unfinished, encoding=encoding, **options)
            consolidate(unfinished)
            unfinished.rename(self.path)
        except OSError:
            if not self.path.exists():  # else another process was faster
                raise
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
        self.open()

    def encoding(self, name):
        """One chunk for each point, with a checksum; of a longer point that comes later several."""
        checksum = {"compressors": [Crc32cCodec()]}
        if name not in self.dataset.data_vars:
            return checksum
        points = self.finished.ndim
        chunks = (1,) * points + self.dataset[name].shape[points:]
        keys = {"name": "default", "separator": "."}
        return checksum | {"chunks": chunks, "chunk_key_encoding": keys, "fill_value": np.nan}

    def open(self):
        """Open the arrays of the store for reading and writing."""
        for name in self.dataset.data_vars:
            array = zarr.open_array(self.path / name, mode="r+")
            # A point that is NaN is finished, too.
            self.stored[name] = array.with_config({"write_empty_chunks": True})

    def read(self):
        """Read the points of the store that are finished."""
        try:
            with xr.open_zarr(self.path, chunks=None, consolidated=False) as stored:
                self.grid.attrs = stored.attrs
                self.allocate(stored.isel(dict.fromkeys(self.grid.dims, 0), drop=True))
            self.open()
        except (ValueError, KeyError, OSError) as error:
            message = f"The store {self.path} is damaged; restore it, or remove it to begin anew"
            raise ValueError(message) from error
        for index in np.ndindex(self.finished.shape):
            self.finished[index] = all(self.read_point(index, name) for name in self.stored)

    def read_point(self, index, name):
        """Read one value of a point, and say whether it was there."""
        array = self.stored[name]
        chunk = array.metadata.encode_chunk_key((*index, *[0] * (array.ndim - len(index))))
        if not (self.path / name / chunk).exists():
            return False
        try:
            self.dataset[name].values[index] = array[index]
        except (ValueError, OSError) as error:
            warnings.warn(f"{self.path / name / chunk} is damaged: {error}", stacklevel=6)
            return False
        return True


def consolidate(path):
    """Write the shapes of the arrays where xarray looks for them first."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Consolidated metadata is currently not part")
        zarr.consolidate_metadata(path)


def blocks(shape, chunk):
    """Yield the parts of a value that are files of their own, last that which says it is there."""
    starts = [range(0, max(n, 1), max(size, 1)) for n, size in zip(shape, chunk, strict=True)]
    for corner in reversed([*product(*starts)]):
        along = zip(corner, chunk, shape, strict=True)
        yield tuple(slice(start, min(start + size, n)) for start, size, n in along)


def labelled_point(name, value):
    """Return what the function returned as a Dataset of real or complex double precision."""
    if isinstance(value, xr.Dataset):
        values = value.data_vars
    elif is_dataclass(value):
        values = shown(value)
    else:
        values = value if isinstance(value, Mapping) else {name: value}
    for name in values:
        if not isinstance(name, str) or "/" in name or not name.strip("."):
            raise ValueError(f"returned a value with the name {name!r}, which is no word")
    labelled = {name: labelled_numbers(name, numbers) for name, numbers in values.items()}
    return xr.Dataset(labelled).reset_coords(drop=True)


def shown(value):
    """Fields that a dataclass shows when it is printed; of one inside it, such as a model, its."""
    values = {}
    for field in fields(value):
        inner = getattr(value, field.name)
        if not field.repr or inner is None:
            continue
        for name, new in (shown(inner) if is_dataclass(inner) else {field.name: inner}).items():
            if not np.array_equal(values.setdefault(name, new), new):
                raise ValueError(f"returned two different values with the name {name}")
    return values


def labelled_numbers(name, numbers):
    """Return numbers with their dimensions, which are counted where they have no names."""
    array = arguments.as_array(numbers)
    if array.dtype.kind not in "biufc":
        raise TypeError(
            f"returned {name} = {numbers!r}, which is no number and no array of numbers"
        )
    array = array.astype(np.result_type(array.dtype, float))
    if np.ma.is_masked(numbers):
        array[np.ma.getmaskarray(numbers)] = np.nan
    if isinstance(numbers, xr.DataArray):
        return numbers.copy(data=array)
    return counted(name, array.ndim), array


def form(point):
    """Return number type and dimensions of each value, with the lengths of those with names."""
    return {
        name: (v.dtype.name, v.ndim if v.dims == counted(name, v.ndim) else dict(v.sizes))
        for name, v in point.data_vars.items()
    }


def counted(name, number):
    """Names for dimensions that have none."""
    return tuple(f"{name}_{k}" for k in range(number))
