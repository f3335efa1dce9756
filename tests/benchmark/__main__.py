"""Times, and agreement with QuTiP, in one run: ``make bench``.

Each function prints tables: medians of repeated runs, in seconds, and the largest difference
between both results. Names on the command line choose among the functions.
"""

import argparse

import envelope
import exact_dynamics
import light
import mean_field
import scattering
import spectrum
import steady_state
import sweep

MODULES = [
    *(steady_state, mean_field, exact_dynamics, spectrum, light),
    *(scattering, envelope, sweep),
]
BENCHMARKS = {f.__name__: f for module in MODULES for f in module.BENCHMARKS}


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="name", help=f"of {', '.join(BENCHMARKS)}")
    parser.add_argument(
        "--slow",
        action="store_true",
        help="what takes minutes: QuTiP at N = 400, 100 000 atoms alone, spectra of 2000",
    )
    options = parser.parse_args()
    if unknown := [name for name in options.names if name not in BENCHMARKS]:
        parser.error(f"names must be of {', '.join(BENCHMARKS)}, but {unknown} are not")
    for name in options.names or BENCHMARKS:
        BENCHMARKS[name](options)


if __name__ == "__main__":
    main()
