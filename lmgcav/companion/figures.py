"""Drawings of the book, and its one style.

Colours keep their meaning: exact quantum results blue, mean field dashed black, steady state
dashed red, analytic approximations thin grey.
"""

import sys
from importlib.resources import files

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import ListedColormap, Normalize
from matplotlib.patches import Circle
from matplotlib.patheffects import withStroke
from scipy.interpolate import RegularGridInterpolator

from ..basins import basin_boundary, critical_drive, fates, portrait, turning_points
from ..envelope import (
    characteristic_envelope,
    early_envelope,
    envelope,
)
from ..mean_field import fixed_points, mean_field, potential, s_plus
from ..steady_state import steady_moments

QUANTUM = {"color": "C0"}
MEAN_FIELD = {"color": "black", "linestyle": "--", "linewidth": 1.2}
STEADY_STATE = {"color": "C3", "linestyle": (0, (4, 2)), "linewidth": 1.4}
APPROXIMATION = {"color": "0.5", "linewidth": 1.0}
DECAYING, OSCILLATING = "#56B4E9", "#E69F00"  # fates of a start in mean field

DRIVE_LABEL = r"$2\Omega/(N\Gamma)$"
RATIO_LABEL = r"$\Omega/\Omega_c$"  # the relative drive
TWIST_LABEL = r"$2\chi/\Gamma$"
INVERSION_LABEL = r"$\langle J_z\rangle/(N/2)$"


def use_style():
    """Switch Matplotlib to the style of the book, ``paper.mplstyle``."""
    plt.style.use(str(files("lmgcav.companion") / "paper.mplstyle"))
    if "ipykernel" in sys.modules:
        from matplotlib_inline.backend_inline import set_matplotlib_formats  # only Jupyter has it

        set_matplotlib_formats("retina")


def both_drives(twist):
    """Return the function that writes a drive 2Ω/(NΓ) with its relative drive at this twist."""
    return lambda drive: f"{drive:.10g} ({drive / np.hypot(1, twist):.2f} Ω_c)"


def view_axes(elevation, azimuth):
    """Return the unit vectors right, up and toward the viewer; angles are in degrees.

    Returns
    -------
    numpy.ndarray, shape (3, 3)
        One vector a row; the matrix rotates from spin axes to view axes.
    """
    e, a = np.radians([elevation, azimuth])
    toward = [np.cos(e) * np.cos(a), np.cos(e) * np.sin(a), np.sin(e)]
    right = [-np.sin(a), np.cos(a), 0]
    return np.array([right, np.cross(toward, right), toward])


def draw_sphere_frame(axes, view, inside_color="white"):
    """Draw the outline, the equator and the axes of the Bloch sphere seen along ``view[2]``."""
    angle = np.linspace(0, 2 * np.pi, 181)
    axes.plot(np.cos(angle), np.sin(angle), color="0.3", linewidth=0.8)
    equator = view @ [np.cos(angle), np.sin(angle), 0 * angle]
    front = np.where(equator[2] >= 0, equator, np.nan)
    axes.plot(front[0], front[1], color="0.5", linewidth=0.6)
    for axis, name in zip(np.eye(3), "xyz", strict=True):
        for sign in (1, -1):
            across, up, toward = view @ (sign * axis)
            radius = np.hypot(across, up)
            if toward > -0.2:
                inside = radius < 0.8
                place = np.array([across, up]) * (1.1 if inside else 1.15 / radius)
                color = inside_color if inside else "black"
                style = {"ha": "center", "va": "center", "color": color}
                axes.annotate(f"${'-' * (sign < 0)}{name}$", place, **style)
    axes.set(aspect="equal", xlim=(-1.25, 1.25), ylim=(-1.25, 1.25))
    axes.axis("off")


def draw_husimi_sphere(
    axes,
    theta,
    phi,
    Q,
    *,
    mean=None,
    elevation=-15,
    azimuth=125,
    limit=None,
    inside_color="white",
):
    """Draw a Husimi distribution on the visible half of the Bloch sphere.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
    theta : numpy.ndarray, shape (n,)
        Polar angles from 0 to π.
    phi : numpy.ndarray, shape (p,)
        Azimuths from 0 to 2π, both ends included.
    Q : numpy.ndarray, shape (n, p)
    mean : numpy.ndarray, shape (3,), optional
        Bloch vector <J>/(N/2), drawn as an arrow from the centre, dotted where it points away.
    elevation, azimuth : float
        Direction of the viewer in degrees.
    limit : float, optional
        Top of the colour scale; the largest Q by default.
    inside_color : str
        Of the names of axes that stand on the sphere.

    Returns
    -------
    matplotlib.image.AxesImage
    """
    view = view_axes(elevation, azimuth)
    right, up = np.meshgrid(*2 * [np.linspace(-1, 1, 201)])
    toward = np.sqrt(np.clip(1 - right**2 - up**2, 0, None))
    x, y, z = np.tensordot(view.T, [right, up, toward], 1)
    angles = np.stack([np.arccos(np.clip(z, -1, 1)), np.arctan2(y, x) % (2 * np.pi)], -1)
    shade = RegularGridInterpolator((theta, phi), Q)(angles)
    norm = Normalize(0, Q.max() if limit is None else limit)
    image = axes.imshow(shade, extent=(-1, 1, -1, 1), origin="lower", norm=norm, zorder=0)
    image.set_clip_path(Circle((0, 0), 1, transform=axes.transData))
    draw_sphere_frame(axes, view, inside_color)
    if mean is not None:
        across, height, depth = view @ mean
        axes.plot([0, across], [0, height], "-" if depth >= 0 else ":", color="C3", linewidth=2)
        axes.plot(across, height, "o", color="C3", markersize=4)
    return image


def draw_husimi_contours(axes, theta, phi, Q, *, center, radius):
    """Draw contours of Q every tenth of its maximum around a direction, in its true shape.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Lambert's equal-area projection of the sphere about ``center``; +z is up.
    theta, phi, Q
        As in `draw_husimi_sphere`.
    center : numpy.ndarray, shape (3,)
        Direction of the middle of the drawing.
    radius : float
        Half the side of the drawing; 2 shows the whole sphere.
    """
    x, y, z = center / np.linalg.norm(center)
    view = view_axes(np.degrees(np.arcsin(z)), np.degrees(np.arctan2(y, x)))
    sines = np.sin(theta)[:, None]
    directions = [sines * np.cos(phi), sines * np.sin(phi), np.cos(theta)[:, None] + 0 * phi]
    right, up, toward = np.tensordot(view, directions, 1)
    stretch = np.sqrt(2 / np.clip(1 + toward, 1e-3, None))
    levels = Q.max() * np.linspace(0.1, 0.9, 9)
    axes.contour(right * stretch, up * stretch, Q, levels=levels, linewidths=0.9)
    axes.set(aspect="equal", xlim=(-radius, radius), ylim=(-radius, radius))
    axes.set(xticks=[-radius, 0, radius], yticks=[-radius, 0, radius])
    axes.set(xlabel="along the equator", ylabel="towards $z$")


def draw_phase_map(axes, drives, twists, values, *, label, limits):
    """Draw a quantity over drive 2Ω/(NΓ) and twist 2χ/Γ with the transition line of Fig. 1.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
    drives : numpy.ndarray, shape (e, d)
    twists : numpy.ndarray, shape (e,)
    values : array_like, shape (e, d)
    label : str
        Label of the colour bar.
    limits : tuple
        Bottom and top of the colour scale; None is the smallest or the largest value.
    """
    rows = np.broadcast_to(np.reshape(twists, (-1, 1)), drives.shape)
    norm = Normalize(*limits)
    mesh = axes.pcolormesh(drives, rows, values, norm=norm, shading="gouraud")
    plt.colorbar(mesh, ax=axes, label=label)
    line = np.linspace(twists[0], twists[-1], 201)
    axes.plot(np.hypot(1, line), line, color="white", linewidth=2)
    axes.set(xlabel=DRIVE_LABEL, ylabel=TWIST_LABEL, xlim=(0, 3))


def draw_squeezing_surface(axes, drives, twists, xi2, best, *, floor):
    """Draw -10 log₁₀ ξ² as a surface between the planes ξ² = 1 and ξ² = ``best``, as in Fig. 2(a).

    Parameters
    ----------
    axes : mpl_toolkits.mplot3d.axes3d.Axes3D
    drives : numpy.ndarray, shape (e, d)
    twists : numpy.ndarray, shape (e,)
    xi2 : numpy.ndarray, shape (e, d)
    best : float
    floor : float
        Values below it (in decibels) are cut off.
    """
    rows = np.broadcast_to(twists[:, None], drives.shape)
    gain = np.where(drives <= 3, -10 * np.log10(xi2), np.nan)
    gain[gain < floor] = np.nan
    plane = np.meshgrid([0, 3], twists[[0, -1]])
    axes.plot_surface(*plane, np.zeros((2, 2)), color="C3", alpha=0.3)
    axes.plot_surface(drives, rows, gain, cmap="viridis", rstride=1, cstride=1, linewidth=0)
    axes.plot_surface(*plane, np.full((2, 2), -10 * np.log10(best)), color="C5", alpha=0.25)
    axes.set(xlabel=DRIVE_LABEL, ylabel=TWIST_LABEL, zlabel=r"$-10\log_{10}\xi^2$ (dB)")
    axes.set(xlim=(0, 3), zlim=(floor, 8))
    axes.view_init(elev=24, azim=-115)


def draw_best_squeezing(axes, N, best, exponents):
    """Draw the best squeezing against N, and its local exponent below, as in Fig. 2(c).

    Parameters
    ----------
    axes : sequence of two matplotlib.axes.Axes
    N : numpy.ndarray, shape (n,)
        Atoms.
    best, exponents : pair of numpy.ndarray
        Best ξ² and its local exponents, each exact and by the asymptotic law. The exact exponents
        are those between neighbours in N.
    """
    top, bottom = axes
    xi2, law = best
    top.semilogx(N, -10 * np.log10(xi2), "o-", markersize=3, **QUANTUM)
    top.semilogx(N, -10 * np.log10(law), **APPROXIMATION)
    top.semilogx(N, 10 * np.log10(N), ":", color="black", linewidth=1)
    top.plot(1e5, 12, "x", color="C3", markersize=9, markeredgewidth=2)
    top.set(ylabel=r"best $-10\log_{10}\xi^2$ (dB)", ylim=(0, 25))
    local, local_law = exponents
    bottom.semilogx(np.sqrt(N[1:] * N[:-1]), local, "o-", ms=3, **QUANTUM)
    bottom.semilogx(N, local_law, **APPROXIMATION)
    bottom.axhline(-1 / 3, color="black", linestyle=":", linewidth=1)
    bottom.set(xlabel="$N$", ylabel="local exponent", ylim=(-0.36, -0.14))


def draw_steady_gauge(axes, ratios, curve, ratio, xi2):
    """Draw the steady squeezing, a ``curve`` against Ω/Ω_c, and mark ξ² at ``ratio``."""
    axes.semilogy(ratios, curve, **QUANTUM)
    axes.axhline(1, **APPROXIMATION)
    axes.plot(ratio, xi2, "o", color="C3")
    axes.annotate(rf"$\xi^2$ = {xi2:.3g}", (0.05, 0.92), xycoords="axes fraction")
    axes.set(xlabel=RATIO_LABEL, ylabel=r"$\xi^2$", ylim=(0.2, 3e3))


def draw_starts(axes, drive, twist, start=None):
    """Draw the disk of starts that decay (blue) and that oscillate (orange), as in Figs. 5 and 7.

    The Bloch sphere is seen along z: a point of the disk is (s_x, s_y), and both starts that it
    stands for, s_z above and below the equator, have the same fate. The rim is the equator, the
    centre the poles. The black line is the basin boundary.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
    drive, twist : float
        2Ω/(NΓ) and 2χ/Γ.
    start : array_like, shape (3,), optional
        Bloch vector that a dot marks.
    """
    pale = ListedColormap(["#9AD2F2", "#F0C566"])  # DECAYING and OSCILLATING, as a background
    style = {"extent": (-1, 1, -1, 1), "origin": "lower", "interpolation": "nearest"}
    image = axes.imshow(fates(drive, twist), cmap=pale, vmin=0, vmax=1, **style)
    image.set_clip_path(Circle((0, 0), 1, transform=axes.transData))
    if 1 < abs(drive) < np.hypot(1, twist):
        axes.plot(*basin_boundary(drive, twist).T[:2], color="black", linewidth=1.2)
    axes.add_patch(Circle((0, 0), 1, fill=False, color="0.3", linewidth=0.8))
    if start is not None:
        axes.plot(*start[:2], "o", color="black", markersize=3)
    axes.set(aspect="equal", xlim=(-1.02, 1.02), ylim=(-1.02, 1.02))
    axes.axis("off")


def draw_averages(axes, theta, phi, values, limits):
    """Draw values for starts in the lower half of the sphere on the disk of `draw_starts`.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
    theta, phi : numpy.ndarray, shape (n,) and (p,)
        Angles of the starts; ``theta`` from π/2 to π, and ``phi`` around the circle.
    values : numpy.ndarray, shape (n, p)
    limits : tuple of float
        Bottom and top of the colour scale.

    Returns
    -------
    matplotlib.collections.QuadMesh
    """
    radius = np.sin(theta)[:, None]
    norm = Normalize(*limits)
    place = radius * np.cos(phi), radius * np.sin(phi)
    mesh = axes.pcolormesh(*place, values, norm=norm, shading="gouraud")
    axes.set(aspect="equal", xlim=(-1.02, 1.02), ylim=(-1.02, 1.02))
    axes.axis("off")
    return mesh


def draw_portrait(axes, model, orbits=20):
    """Draw the mean-field phase portrait on the disk of `draw_starts`, with the fixed points.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
    model : Model
    orbits : int
        Number of points of the equator, from which the orbits that enter there are drawn. The
        arrows hold below the equator; above it the spin moves backward along the same curves.
    """
    draw_starts(axes, model.drive, model.twist)
    for s in portrait(model, orbits):
        axes.plot(s.real, s.imag, color="0.25", linewidth=0.7)
        i = np.searchsorted(np.cumsum(abs(np.diff(s))), 0.25)
        if i < 298:
            arrow = {"arrowstyle": "->", "color": "0.25", "lw": 0.8, "mutation_scale": 9}
            ends = [(z.real, z.imag) for z in s[[i + 1, i]]]
            axes.annotate("", *ends, arrowprops=arrow)
    face = {"sink": "black", "saddle": "C4", "centre": "white"}
    for point in fixed_points(model):
        if point.kind in face:
            style = {"color": face[point.kind], "markeredgecolor": "black", "markersize": 7}
            axes.plot(*point.s[:2], "D" if point.kind == "saddle" else "o", clip_on=False, **style)
            offset = (0, -13) if point.name == "SS_1" else 13 * point.s[:2]
            style = {
                "xytext": offset,
                "textcoords": "offset points",
                "ha": "center",
                "va": "center",
                "path_effects": [withStroke(linewidth=3, foreground="white")],  # above spirals
            }
            axes.annotate(f"$\\mathrm{{SS}}_{point.name[3]}$", point.s[:2], **style)
    axes.set(xlim=(-1.3, 1.3), ylim=(-1.3, 1.3))


def draw_spiral(axes, model, start, path, color):
    """Draw the spiral of Eq. (16) through a start on the disk seen along z, and a path on it.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
    model : Model
    start : array_like, shape (3,)
    path : numpy.ndarray, shape (T, 3)
        The spin on its way, as `mean_field` returns it.
    color : color
        Of the path.
    """
    spiral = s_plus(model, np.linspace(-0.8, 8, 500) * 2 / (model.N * model.Gamma), start)
    axes.plot(spiral.real, spiral.imag, **APPROXIMATION)
    axes.plot(*path.T[:2], color=color, linewidth=3, alpha=0.8)
    axes.plot(*start[:2], "o", color="black", markersize=4)
    axes.add_patch(Circle((0, 0), 1, fill=False))
    axes.set(aspect="equal", xlim=(-1.3, 1.1), ylim=(-1.2, 1.1))
    axes.set(xlabel="$s_x$", ylabel="$s_y$")


def draw_potential(axes, model, start, b=0.0, *, color=None):
    """Draw V(b) of Eq. (18), its turning points, and the particle at b with its energy 1.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Abscissa NΓb/2.
    model : Model
    start : array_like, shape (3,)
    b : float, optional
        Position of the particle, a time; None leaves it out.
    color : optional
        By default that of the fate of the start.
    """
    half, ends = model.N * model.Gamma / 2, np.array(turning_points(model, start))
    color = color or (DECAYING if np.isinf(ends[1]) else OSCILLATING)
    positions = np.linspace(-1.5, 4, 400)
    axes.plot(positions, potential(model, positions / half, start), color=color)
    axes.axhline(1, **APPROXIMATION)
    turning = half * ends[np.isfinite(ends)]
    axes.plot(turning, np.ones_like(turning), "|", color=color, markersize=12, mew=2)
    if b is not None:
        axes.plot(half * b, 1, "o", color="black", markersize=6)
    axes.set(xlabel=r"$N\Gamma b/2$", xlim=(-1.5, 4), ylabel="$V(b)$", ylim=(0, 1.6))


def draw_path(axes, path, *, elevation=-15, azimuth=125):
    """Draw a path of the Bloch vector on the sphere, faint behind it, and its last point.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
    path : numpy.ndarray, shape (n, 3)
    elevation, azimuth : float
        Direction of the viewer in degrees, as in `draw_husimi_sphere`.
    """
    view = view_axes(elevation, azimuth)
    draw_sphere_frame(axes, view, "black")
    across, up, toward = view @ path.T
    axes.plot(across, up, color="0.75", linewidth=1)
    axes.plot(np.where(toward >= 0, across, np.nan), up, color="black", linewidth=1.4)
    axes.plot([0, across[-1]], [0, up[-1]], color="C3", linewidth=2)
    axes.plot(across[-1], up[-1], "o", color="C3", markersize=5)


def draw_approximate_envelopes(top, bottom, N, chi, ts):
    """Draw the envelope of Eq. (A1) with its approximations, and their differences, as in Fig. 14.

    Parameters
    ----------
    top, bottom : matplotlib.axes.Axes
        For the envelopes and for approximation minus exact, in units of N/2.
    N, chi, ts
        As in `envelope`, for Γ = 1.
    """
    exact = envelope(N, chi, 1, ts) / (N / 2)
    top.plot(ts, exact, label="exact", **QUANTUM)
    for label, approximation, style in [
        ("(A10)", characteristic_envelope, {"color": "C1", "linestyle": "--"}),
        ("(A11)", early_envelope, {"color": "C2", "linestyle": ":"}),
    ]:
        approximate = approximation(N, chi, 1, ts) / (N / 2)
        top.plot(ts, approximate, label=label, **style)
        bottom.plot(ts, approximate - exact, **style)
    bottom.set(xlabel=r"$\Gamma t$")


def draw_inversion(axes, model, trajectory, unit=1.0):
    """Draw a trajectory from the south pole with its mean field and steady state, as in Fig. 7.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
    model : Model
    trajectory : Trajectory
        As `evolve` returns it.
    unit : float
        Time that is 1 on the abscissa, such as 1/Γ.
    """
    ts = trajectory.ts
    axes.plot(ts / unit, trajectory.moments.bloch[:, 2], label="exact", **QUANTUM)
    axes.plot(ts / unit, mean_field(model, ts)[:, 2], label="mean field", **MEAN_FIELD)
    axes.axhline(steady_moments(model).bloch[2], label="steady state", **STEADY_STATE)
    axes.set(xlim=(0, ts[-1] / unit), ylim=(-1.05, 1.05))


def draw_squeezing(axes, ts, xi2, steady):
    """Draw ξ²(t) in decibels on a logarithmic time axis, as in Fig. 10.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
    ts, xi2 : numpy.ndarray, shape (T,)
        Times in 1/Γ, the first of which is 0 and left out, and squeezing.
    steady : float
        ξ² of the steady state.
    """
    axes.axhline(0, **APPROXIMATION)
    axes.axhline(10 * np.log10(steady), **STEADY_STATE)
    axes.semilogx(ts[1:], 10 * np.log10(xi2[1:]), **QUANTUM)
    axes.set(xlabel=r"$\Gamma t$", ylabel=r"$10\log_{10}\,\xi^2$ (dB)")


def shades(count):
    """Return colours for curves with a growing parameter, from dark to light."""
    return plt.get_cmap("viridis")(np.linspace(0, 0.85, count))


def draw_levels(axes, drives, values, trusted):
    """Draw real and imaginary parts of eigenvalues against the drive, as in Fig. 11.

    Parameters
    ----------
    axes : sequence of two matplotlib.axes.Axes
    drives : numpy.ndarray, shape (d,)
    values : numpy.ndarray, complex, shape (d, n)
        Eigenvalues in the unit of the plot.
    trusted : numpy.ndarray of bool, shape (d, n)
        Where False, the point is drawn hollow.
    """
    across = np.broadcast_to(drives[:, None], values.shape)
    style = {"linestyle": "none", "marker": "o", "markeredgewidth": 0.5}
    for part, axis in zip((values.real, values.imag), axes, strict=True):
        axis.plot(
            across[~trusted], part[~trusted], color="0.6", fillstyle="none", markersize=2, **style
        )
        axis.plot(across[trusted], part[trusted], markersize=1.3, **QUANTUM, **style)
    axes[0].set(ylabel=r"$\mathrm{Re}\,2\lambda/(N\Gamma)$")
    axes[1].set(ylabel=r"$\mathrm{Im}\,2\lambda/(N\Gamma)$", xlabel=DRIVE_LABEL)


def draw_complex_levels(axes, levels, predicted):
    """Draw a `Spectrum` in the complex plane, hollow where in doubt, over mean-field predictions.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
    levels : Spectrum
    predicted : dict
        As from `lmgcav.mean_field_eigenvalues`.
    """
    marks = {"SS_1": ("+", "C3"), "SS_1*": ("x", "C1"), "SS_2": ("_", "C2"), "SS_3": ("|", "black")}
    for name, points in predicted.items():
        shape, color = marks[name]
        label = f"$\\mathrm{{SS}}_{name[3]}{name[4:]}$"
        axes.plot(points.real, points.imag, shape, color=color, markersize=9, label=label)
    for chosen, fill in [(levels.trusted, "full"), (~levels.trusted, "none")]:
        values = levels.values[chosen]
        axes.plot(values.real, values.imag, "o", fillstyle=fill, markersize=3, **QUANTUM)
    axes.set(xlabel=r"$\mathrm{Re}\,\lambda/\Gamma$", ylabel=r"$\mathrm{Im}\,\lambda/\Gamma$")
    axes.legend(loc="upper left")


def draw_mode_sphere(axes, theta, phi, Q, **view):
    """Draw a function of both signs on the visible half of the sphere: red plus, blue minus."""
    image = draw_husimi_sphere(axes, theta, phi, Q, inside_color="black", **view)
    image.set(cmap="RdBu_r", norm=Normalize(-abs(Q).max(), abs(Q).max()))
    return image


def draw_experiment(place, clock, experiment):
    """Draw where an experiment stands in Fig. 5 and when its stages come.

    Parameters
    ----------
    place, clock : matplotlib.axes.Axes
    experiment : lmgcav.experiment.Experiment
    """
    m = experiment.model
    twist = np.linspace(0, 6, 121) ** 3
    turns = critical_drive(twist) / np.hypot(1, twist)
    bounds = [np.zeros_like(twist), 1 / np.hypot(1, twist), np.ones_like(twist), 1.5]
    for low, high, color in zip(bounds[:-1], bounds[1:], ["C5", "C3", "C6"], strict=True):
        place.fill_betweenx(twist, low, high, color=color, alpha=0.3, linewidth=0)
    place.plot(turns, twist, color="black", linewidth=1)
    x, y = abs(m.Omega) / m.Omega_c, abs(m.twist)
    mark = ">" if x > 1.5 else "^" if y > twist[-1] else "o"  # an arrow to a place further off
    x, y = min(x, 1.5), min(y, twist[-1])
    place.plot(x, y, mark, color="black", clip_on=False)
    place.set_yscale("asinh", linear_width=1)
    place.annotate("super-radiant", (0.04, 0.2))
    for x, name in [(0.72, "multistable"), (1.25, "normal")]:
        place.annotate(name, (x, 20), rotation=90, ha="center", va="center")
    place.set(xlabel=RATIO_LABEL, xlim=(0, 1.5), ylabel=r"$2\chi/\Gamma = 2\Delta/\kappa$")
    place.set(ylim=(0, twist[-1]), yticks=[0, 1, 10, 100], xticks=[0.5, 1, 1.5])
    stages, rates = experiment.stages(), vars(experiment.scattering)
    rows = -np.arange(len(stages))
    clock.semilogx(list(stages.values()), rows, "o", color="C0")
    clock.set_yticks(rows, list(stages))
    times = [1e-9, 1e5, *stages.values(), *(1 / rate for rate in rates.values() if rate)]
    clock.set(xlabel="time (s)", xlim=(min(times) / 10, 10 * max(times)), ylim=(-4.5, 0.5))
    for (name, rate), color in zip(rates.items(), ["C3", "C1", "0.5"], strict=True):
        if rate:
            clock.axvline(1 / rate, color=color, linestyle="--", linewidth=1.2, label=name)
    if any(rates.values()):
        above = {"loc": "lower right", "bbox_to_anchor": (1, 1), "borderaxespad": 0}
        clock.legend(**above, ncols=3, handlelength=1.5)


def draw_regions(axes, top):
    """Shade the three regions of Fig. 5 up to the twist ``top``, in the colours of that figure."""
    twist = np.linspace(0, top, 201)
    border = np.hypot(1, twist)
    for color, (low, high) in {"C5": (0, 1), "C3": (1, border), "C6": (border, 10)}.items():
        axes.fill_betweenx(twist, low, high, color=color, alpha=0.3, lw=0)
