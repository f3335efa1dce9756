"""Models and starts that several test files share: odd and even N, three phases, all signs."""

import numpy as np
import pytest

import lmgcav as lmg

PHASES = {  # Ω between these multiples of NΓ/2 and of Ω_c, in the names of Fig. 5
    "superradiant": lambda normal, critical, x: x * normal,
    "multistable": lambda normal, critical, x: normal + x * (critical - normal),
    "normal": lambda normal, critical, x: (1 + x) * critical,
}
OFF_THE_SPHERE = [
    [0, 0, 1.1],
    [0, 0, np.nan],
    [0, -1],
    0.0,
    "south",
    [[0, 0, 1], [0, 1, 1]],
]


def random_model(N, phase, seed):
    """Random rates in the given phase, either sign of χ and Ω by the seed."""
    rng = np.random.default_rng([N, seed])
    Gamma, twist, x = rng.uniform(0.5, 2), rng.uniform(0.5, 3), rng.uniform(0.1, 0.9)
    normal = N * Gamma / 2
    Omega = PHASES[phase](normal, normal * np.hypot(1, twist), x)
    chi = twist * Gamma / 2 * (-1) ** (seed // 2)
    return lmg.Model(N=N, chi=chi, Omega=Omega * (-1) ** seed, Gamma=Gamma)


def random_starts(rng, count):
    """Bloch vectors spread evenly over the sphere."""
    starts = rng.normal(size=(count, 3))
    return starts / np.linalg.norm(starts, axis=-1, keepdims=True)


def random_cases(seed, count):
    """Models of either sign of χ and Ω in all three regions, each with a start."""
    rng = np.random.default_rng(seed)
    twists = 2 * rng.normal(size=count)
    drives = rng.uniform(-1.6, 1.6, count) * np.hypot(1, twists)
    models = [
        lmg.Model.from_ratios(N=20, drive=drive, twist=twist, Gamma=0.7)
        for drive, twist in zip(drives, twists, strict=True)
    ]
    return list(zip(models, random_starts(rng, count), strict=True))


@pytest.fixture(params=[(N, phase) for N in (1, 2, 5, 8) for phase in PHASES], ids=str)
def models(request):
    """Four random models with all signs of χ and Ω."""
    return [random_model(*request.param, seed) for seed in range(4)]
