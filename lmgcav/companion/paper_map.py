"""Where each equation, figure and number of the paper lives: its code, its tests, its value.

The tables of the page "Paper map" are made from these lists and from `claims`. The tests check that
every name here exists, and that nothing of the paper is missing.
"""

import re
from dataclasses import dataclass
from functools import cache
from operator import attrgetter

import lmgcav

from .claims import CLAIMS
from .registry import CORRECTED, DIFFERS, REPRODUCED, judge


@dataclass(frozen=True)
class Entry:
    """An equation or a panel of a figure, and what stands behind it.

    Attributes
    ----------
    where : str
        Its name in the paper: "Eq. (6)", "Fig. 2(c), inset".
    says : str
        What it is, in a few words.
    label : str
        Anchor in the book.
    functions : tuple of str
        What computes it, as found below `lmgcav`.
    tests : tuple of str
        Tests that fail if it is wrong, beside the claims about it.
    erratum : str
        Label of the entry in the errata, where the printed form needs a correction.
    """

    where: str
    says: str
    label: str
    functions: tuple[str, ...]
    tests: tuple[str, ...] = ()
    erratum: str = ""

    @property
    def claims(self):
        """Claims about this equation or panel."""
        return [it for it in CLAIMS if it.where == self.where]

    @property
    def outcome(self):
        """Verdict without the numbers, which have their own."""
        return CORRECTED if self.erratum else REPRODUCED


@dataclass(frozen=True)
class Parameter:
    """A number that the paper chooses and does not derive."""

    chapter: str
    where: str
    says: str
    printed: str
    erratum: str = ""


def equation(number, says, functions, *tests, erratum=""):
    """Entry of a numbered equation; ``functions`` are separated by spaces."""
    return Entry(f"Eq. ({number})", says, f"eq-{number}", (*functions.split(),), tests, erratum)


def panel(where, label, says, functions, *tests, erratum=""):
    """Entry of a figure or one of its panels; ``functions`` are separated by spaces."""
    return Entry(f"Fig. {where}", says, f"fig-{label}", (*functions.split(),), tests, erratum)


EQUATIONS = [
    equation(
        "1",
        "atoms and a lossy cavity mode",
        "atom_cavity_moments",
        "test_one_excited_atom_exchanges_its_photon_with_the_damped_mode",
        "test_with_the_other_sign_of_chi_the_elimination_does_not_converge",
    ),
    equation(
        "2",
        "the same without the light",
        "eliminated_moments",
        "test_error_of_elimination_falls_as_the_square_of_g_over_kappa",
        "test_one_eliminated_atom_decays_exponentially_and_its_dipole_turns_with_chi",
    ),
    equation(
        "3",
        "exchange and collective decay",
        "cavity_rates",
        "test_cavity_rates_are_the_second_order_energy_shift_and_decay_of_an_excitation",
    ),
    equation(
        "4",
        "the master equation of the driven spin",
        "evolve generator",
        "test_generator_is_the_liouvillian_of_qutip",
        "test_moments_and_states_agree_with_qutip_to_the_stated_error",
    ),
    equation(
        "5",
        "Lipkin–Meshkov–Glick form of the Hamiltonian",
        "Model",
        "test_exchange_is_one_axis_twisting_but_for_a_term_of_order_N",
    ),
    equation(
        "6",
        "displacement of the spin operators",
        "Model.alpha",
        "test_displaced_spin_operators_absorb_the_drive",
    ),
    equation(
        "7",
        "steady state in displaced operators",
        "Model.alpha steady_state",
        "test_displaced_spin_operators_absorb_the_drive",
        "test_eq_7_has_the_commutator_of_eq_4_and_not_the_printed_sign",
        erratum="erratum-7",
    ),
    equation(
        "8",
        "ansatz for the steady state",
        "steady_state",
        "test_eq_8_solves_the_hamiltonian_and_the_dissipative_part_by_themselves",
    ),
    equation(
        "9",
        "the steady state",
        "steady_state steady_moments",
        "test_steady_state_is_the_one_that_qutip_finds",
        "test_steady_state_does_not_change_in_time",
        "test_steady_moments_are_those_of_the_density_matrix",
    ),
    equation(
        "10",
        "steady inversion of many atoms",
        "steady_moments",
        "test_superradiant_inversion_approaches_the_limit_of_eq_10_as_1_over_N",
        "test_normal_inversion_approaches_the_limit_of_eq_10_as_1_over_N",
    ),
    equation(
        "11",
        "critical drive",
        "Model.Omega_c",
        "test_critical_drive_is_where_alpha_is_half_the_number_of_atoms",
    ),
    equation(
        "12",
        "squeezing parameter",
        "squeezing",
        "test_squeezing_is_the_minimum_over_directions_across_the_mean_spin",
        "test_variance_takes_the_mean_of_the_square_and_not_the_printed_square_of_the_mean",
        erratum="erratum-variance",
    ),
    equation(
        "13",
        "Husimi distribution",
        "husimi",
        "test_husimi_is_the_overlap_with_the_eigenstate_of_the_spin_along_n",
        "test_husimi_integrates_to_one",
        erratum="erratum-coherent-state",
    ),
    equation(
        "14",
        "motion of the mean spin",
        "mean_rates",
        "test_eq_14_is_the_operator_algebra",
        erratum="erratum-14",
    ),
    equation(
        "15",
        "mean field",
        "mean_field",
        "test_eq_15_is_eq_14_without_correlations_for_many_atoms",
        "test_flow_agrees_with_an_independent_integration",
        "test_bloch_vector_is_the_spin_over_half_of_N_and_not_over_its_root",
        erratum="erratum-15",
    ),
    equation(
        "16",
        "all components in terms of one variable b",
        "s_plus displacement",
        "test_reduction_to_a_particle_is_exact",
    ),
    equation(
        "17",
        "b as a particle in a potential",
        "displacement potential",
        "test_reduction_to_a_particle_is_exact",
        "test_particle_of_energy_one_has_twice_the_unit_mass",
        erratum="erratum-mass",
    ),
    equation(
        "18",
        "the potential",
        "potential",
        "test_potential_is_eq_18_with_the_missing_factor",
        erratum="erratum-18",
    ),
    equation(
        "19",
        "its angle φ",
        "potential",
        "test_potential_is_eq_18_with_the_missing_factor",
    ),
    equation(
        "20",
        "the potential from the south pole",
        "potential",
        "test_potential_from_the_south_pole_is_eq_20",
    ),
    equation(
        "21",
        "fixed points off the equator",
        "fixed_points",
        "test_fixed_points_rest_and_have_the_eigenvalues_of_the_jacobian",
    ),
    equation(
        "22",
        "their stability",
        "fixed_points",
        "test_fixed_points_rest_and_have_the_eigenvalues_of_the_jacobian",
        "test_three_regions_have_their_fixed_points",
    ),
    equation(
        "23",
        "fixed points on the equator",
        "fixed_points",
        "test_fixed_points_rest_and_have_the_eigenvalues_of_the_jacobian",
    ),
    equation(
        "24",
        "their stability",
        "fixed_points",
        "test_fixed_points_rest_and_have_the_eigenvalues_of_the_jacobian",
        "test_small_oscillations_have_the_frequency_of_eq_24",
    ),
    equation(
        "25",
        "long-time average",
        "long_time_average",
        "test_long_time_average_is_that_of_the_flow",
        "test_inversion_averages_to_zero_just_above_the_jump",
    ),
    equation(
        "A1",
        "motion averaged over a turn of the drive",
        "envelope",
        "test_a1_is_the_average_of_eq_4_over_a_turn_about_x",
        "test_envelope_is_the_solution_of_a1",
    ),
    equation(
        "A2",
        "envelope of the decay alone",
        "envelope",
        "test_without_exchange_the_inversion_decays_as_eq_a2",
    ),
    equation(
        "A3",
        "envelope of the exchange alone",
        "envelope",
        "test_without_decay_the_inversion_dephases_and_revives_as_eq_a3",
        "test_gaussian_of_eq_a3_is_reached_as_the_inverse_of_N",
    ),
    equation(
        "A4",
        "cubic law of many atoms",
        "envelope",
        "test_envelope_tends_to_eq_a4_as_the_cube_root_of_one_over_N",
    ),
    equation(
        "A5",
        "chain of matrix elements",
        "envelope",
        "test_a5_holds_in_the_eigenstates_of_jx_and_not_in_the_printed_ones_of_jz",
        "test_envelope_is_the_sum_of_the_matrix_elements_of_a5",
        erratum="erratum-A5",
    ),
    equation(
        "A6",
        "the chain in a scaled variable",
        "envelope",
        "test_a6_is_a5_in_the_scaled_variable",
    ),
    equation(
        "A7",
        "its continuum limit",
        "characteristic_envelope",
        "test_a7_is_a5_for_many_atoms_with_a_remainder_of_order_delta",
        "test_initial_gaussian_has_the_sign_of_eq_a9_and_not_the_printed_one_before_eq_a8",
        erratum="erratum-A7",
    ),
    equation(
        "A8",
        "the mean spin as a sum over the chain",
        "envelope",
        "test_left_side_of_eqs_a8_and_a9_is_j_tilde_and_not_the_printed_j_plus",
        erratum="erratum-A8",
    ),
    equation(
        "A9",
        "the same in Fourier space",
        "characteristic_envelope",
        "test_a9_carries_the_root_of_N_over_2_and_not_the_printed_N_over_2",
        erratum="erratum-A9",
    ),
    equation(
        "A10",
        "closed form along characteristics",
        "characteristic_envelope",
        "test_a10_follows_from_a9_with_the_root_and_not_as_printed",
        "test_the_cosine_of_a10_belongs_to_a_mean_jy_that_does_not_exist",
        erratum="erratum-A10",
    ),
    equation(
        "A11",
        "its form at early times",
        "early_envelope",
        "test_a11_is_a10_at_early_times",
        "test_a10_and_a11_are_off_by_a_fraction_of_order_two_thirds",
    ),
]

HUSIMI_TEST = "test_husimi_is_the_overlap_with_the_eigenstate_of_the_spin_along_n"
EXACT_TEST = "test_moments_and_states_agree_with_qutip_to_the_stated_error"
LEVELS_TEST = "test_errors_bound_the_distance_to_extended_precision"
CLOSED_FORMS = "envelope characteristic_envelope early_envelope"
CLOSED_FORMS_TEST = "test_a10_and_a11_are_off_by_a_fraction_of_order_two_thirds"

FIGURES = [
    panel("1", "1", "the two phases of the steady state", "Model.Omega_c steady_moments"),
    panel(
        "2(a)",
        "2a",
        "squeezing over drive and exchange",
        "squeezing steady_moments",
        "test_squeezing_depends_on_the_size_of_alpha_and_not_on_chi",
        erratum="erratum-fig-2",
    ),
    panel("2(b)", "2b", "the same from above", "squeezing steady_moments"),
    panel(
        "2(c)",
        "2c",
        "best squeezing against N",
        "best_squeezing",
        "test_best_squeezing_is_a_minimum_over_the_drive",
    ),
    panel("2(c), inset", "2c", "best squeezing against χ", "squeezing steady_moments"),
    panel("3(a)", "3", "Husimi distribution at 0.45 Ω_c", "husimi steady_state", HUSIMI_TEST),
    panel("3(b)", "3", "at 0.96 Ω_c", "husimi steady_state", HUSIMI_TEST),
    panel("3(c)", "3", "at 1.79 Ω_c", "husimi steady_state", HUSIMI_TEST),
    panel("3, lower", "3", "contours of the three", "husimi steady_state", HUSIMI_TEST),
    panel(
        "4(a)",
        "4",
        "effective potential below and above Ω̃",
        "potential turning_points critical_drive",
        "test_particle_stays_between_its_turning_points",
        "test_particle_that_escapes_ends_with_a_constant_velocity_and_not_in_a_constant_place",
        erratum="erratum-fig-4",
    ),
    panel(
        "4(b)",
        "4",
        "inversion below and above Ω̃",
        "mean_field period",
        "test_spin_returns_after_a_period_or_decays",
    ),
    panel(
        "5",
        "5",
        "phases of the mean field and the fate of every start",
        "oscillates basin_boundary",
        "test_critical_drive_separates_decay_from_oscillation",
        "test_basin_boundary_is_a_curve_of_equal_critical_drive",
    ),
    panel(
        "6",
        "6",
        "long-time average of the inversion",
        "long_time_average steady_moments",
        "test_inversion_averages_to_zero_just_above_the_jump",
    ),
    panel("7, A", "7", "inversion at 1.48 in units of NΓ/2", "evolve mean_field", EXACT_TEST),
    panel("7, B", "7", "at 1.69", "evolve mean_field", EXACT_TEST),
    panel("7, C", "7", "at 1.76", "evolve mean_field", EXACT_TEST),
    panel("7, D", "7", "at 2.09", "evolve mean_field", EXACT_TEST),
    panel("7, E", "7", "at 2.17", "evolve mean_field", EXACT_TEST),
    panel("7, F", "7", "at 3.86", "evolve mean_field", EXACT_TEST),
    panel(
        "7, insets",
        "7",
        "starts that decay or oscillate in mean field",
        "oscillates",
        "test_critical_drive_separates_decay_from_oscillation",
    ),
    panel("8, C", "8", "inversion at C for long times", "evolve steady_moments", EXACT_TEST),
    panel("8, C, right inset", "8", "its beginning", "evolve", EXACT_TEST),
    panel("8, C, left inset", "8", "approach for several N", "evolve", EXACT_TEST),
    panel("8, D", "8", "inversion at D for long times", "evolve steady_moments", EXACT_TEST),
    panel("8, D, upper inset", "8", "its beginning", "evolve", EXACT_TEST),
    panel("8, D, lower inset", "8", "approach for several N", "evolve", EXACT_TEST),
    panel(
        "9",
        "9",
        "inversion averaged over a window",
        "evolve long_time_average",
        "test_averages_over_a_window_in_units_of_one_over_gamma_have_no_unit",
        erratum="erratum-jump",
    ),
    panel("10", "10", "squeezing in time", "evolve squeezing", EXACT_TEST),
    panel("10, α", "10-husimi", "the state at the first minimum", "evolve husimi", HUSIMI_TEST),
    panel("10, β", "10-husimi", "oversqueezed", "evolve husimi", HUSIMI_TEST),
    panel("10, γ", "10-husimi", "on one side of the sphere again", "evolve husimi", HUSIMI_TEST),
    panel("10, end", "10-husimi", "the steady state", "husimi steady_state", HUSIMI_TEST),
    panel("11(a)", "11", "real parts of 150 eigenvalues", "spectrum", LEVELS_TEST),
    panel(
        "11(b)",
        "11",
        "their imaginary parts",
        "spectrum",
        LEVELS_TEST,
        erratum="erratum-continuum",
    ),
    panel(
        "12(a)",
        "12",
        "real gap for several N",
        "gaps",
        "test_gaps_are_read_from_the_eigenvalues",
        "test_with_N_the_real_gap_closes_above_half_NGamma_and_the_imaginary_gap_closes_at_omega_c",
        erratum="erratum-gaps",
    ),
    panel("12(a), inset", "12-insets", "its slope at NΓ/2", "gaps"),
    panel(
        "12(b)",
        "12",
        "imaginary gap for several N",
        "gaps",
        "test_gaps_are_read_from_the_eigenvalues",
        "test_with_the_drive_the_real_gap_closes_and_the_imaginary_gap_opens",
        erratum="erratum-gaps",
    ),
    panel("12(b), inset", "12-insets", "its value at Ω_c", "gaps"),
    panel("13(a)", "13a", "envelope and exact solution at F", "envelope evolve"),
    panel("13(b)", "13b", "envelopes of three N on each other", "envelope"),
    panel("14, left", "14", "approximations for 400 atoms", CLOSED_FORMS, CLOSED_FORMS_TEST),
    panel("14, right", "14", "for 10 000 atoms", CLOSED_FORMS, CLOSED_FORMS_TEST),
    panel("14, insets", "14", "their errors", CLOSED_FORMS, CLOSED_FORMS_TEST),
]

PARAMETERS = [
    Parameter("03_steady_state", "Fig. 2", "atoms in panels (a) and (b)", "1000"),
    Parameter("03_steady_state", "Fig. 2(a)", "ξ² on the lower plane, limit of entanglement", "1"),
    Parameter("03_steady_state", "Fig. 2(c)", "log₁₀ N within reach of experiments", "5"),
    Parameter("03_steady_state", "Fig. 2(c)", "power of N at the Heisenberg limit", "-1"),
    Parameter("03_steady_state", "Fig. 3", "drives Ω/Ω_c of the three states", "0.45, 0.96, 1.79"),
    Parameter("03_steady_state", "Fig. 3", "Q_max of a coherent state, as normalised there", "1"),
    Parameter("03_steady_state", "Fig. 3", "contours every so many % of Q_max", "10"),
    Parameter("04b_exact_dynamics", "Sec. IV B", "atoms", "400"),
    Parameter("04b_exact_dynamics", "Fig. 7", "2χ/Γ", "1.875"),
    Parameter(
        "04b_exact_dynamics",
        "Fig. 7",
        "drives 2Ω/(NΓ) of the points A to F",
        "1.48, 1.69, 1.76, 2.09, 2.17, 3.86",
    ),
    Parameter(
        "04b_exact_dynamics",
        "Sec. IV B",
        "length of the window of Fig. 9 in 1/Γ, printed in units of Γ",
        "0.13",
        erratum="erratum-window",
    ),
    Parameter("04b_exact_dynamics", "Fig. 9", "atoms", "50, 400"),
    Parameter("04c_squeezing_dynamics", "Fig. 10", "atoms", "200"),
    Parameter("04c_squeezing_dynamics", "Fig. 10", "2χ/Γ", "1.875"),
    Parameter("05_spectrum", "Fig. 11", "eigenvalues", "150"),
    Parameter("05_spectrum", "Fig. 11", "atoms", "200"),
    Parameter("05_spectrum", "Fig. 11", "2χ/Γ", "1.875"),
    Parameter("07_envelope", "Fig. 13(a)", "atoms", "400"),
    Parameter("07_envelope", "Fig. 13(b)", "atoms", "200, 400, 800"),
    Parameter("07_envelope", "Fig. 14", "atoms", "400, 10000"),
]

judged = cache(judge)  # the summary and the tables share the values


# --- The tables


class Table:
    """Markdown table with a name and a class for its style; cells are Markdown."""

    def __init__(self, kind, header, rows):
        self.kind, self.lines = kind, [header, ["---"] * len(header), *rows]

    def _repr_markdown_(self):
        lines = "\n".join(f"| {' | '.join(cells)} |" for cells in self.lines)
        return f":::{{table}}\n:class: paper-map {self.kind}\n\n{lines}\n:::"


def plain(text):
    """Escape what Markdown would take for markup; set minus signs, ⟨ ⟩ and indices as in print."""
    text = re.sub(r"(?<!\w)-", "−", re.sub(r"<(\S+?)>", r"⟨\1⟩", text))
    text = re.sub(r"([\\`*_<>\[\]|$~])", r"\\\1", text)
    return re.sub(r"(?<=\w)\\_(\w+)", r"<sub>\1</sub>", text)


def in_print(value, digits=6):
    """Set a number as in print: −6.4, 10⁻⁵."""
    text, _, power = f"{value:.{digits}g}".partition("e")
    if power:
        text = f"{text}·10<sup>{int(power)}</sup>".removeprefix("1·")
    return text.replace("-", "−")


def explained(says, functions, *tests):
    """Text of a row, and below it links to the reference and the names of tests."""
    links = ", ".join(map(linked, functions))
    return " <br>".join(filter(None, [plain(says), links, *(f"`{name}`" for name in tests)]))


def linked(name):
    """Link to a function in the reference; one that is written for a claim has only its name."""
    try:
        attrgetter(name)(lmgcav)
    except AttributeError:
        return f"`{name}`"
    return f"[`{name.rpartition('.')[2]}`](#lmgcav.{name})"


def verdict_link(outcome, erratum):
    """Verdict of a row, linked with the errata where there is something to say."""
    return f"[{outcome}](#{erratum})" if erratum else outcome


def place(chapter, where):
    """Link to the equation or figure that is meant, else to the chapter."""
    if found := re.match(r"Eq\. \((\w+)\)", where):
        return f"[{where}](#eq-{found[1]})"
    if found := re.match(r"Fig\. \d+(\(\w\))?", where):
        panels = [it for it in FIGURES if re.match(re.escape(found[0]) + r"(?!\d)", it.where)]
        return f"[{where}](#{panels[0].label})"
    return f"[{where}]({chapter}.ipynb)"


def table_of(entries):
    """Table of equations or figures."""
    rows = [
        [
            f"[{it.where}](#{it.label})",
            explained(it.says, it.functions, *it.tests, *(claim.name for claim in it.claims)),
            verdict_link(it.outcome, it.erratum),
        ]
        for it in entries
    ]
    return Table("entries", ["paper", "what, computed and tested by", "verdict"], rows)


def summary():
    """Table of how many equations, panels and numbers have which verdict."""
    outcomes = {
        "numbered equations": [it.outcome for it in EQUATIONS],
        "figures and panels": [it.outcome for it in FIGURES],
        "numbers": [judged(it).outcome for it in CLAIMS] + ["parameter"] * len(PARAMETERS),
    }
    words = [REPRODUCED, CORRECTED, DIFFERS, "parameter"]
    rows = [[kind, *(str(found.count(word)) for word in words)] for kind, found in outcomes.items()]
    return Table("summary", ["of the", *words], rows)


def equations():
    """Table of the numbered equations."""
    return table_of(EQUATIONS)


def figures():
    """Table of the figures and their panels."""
    return table_of(FIGURES)


def claim_row(claim):
    """Cells of the row of a claim."""
    verdict = judged(claim)
    remarks = "".join(f" ({remark})" for remark in (claim.note, claim.differs) if remark)
    return [
        place(claim.chapter, claim.where),
        explained(claim.says + remarks, claim.rests_on, claim.name),
        f"{in_print(claim.printed)} ± {in_print(claim.tolerance)}".removesuffix(" ± 0"),
        in_print(verdict.computed, 5),
        verdict_link(verdict.outcome, claim.erratum),
    ]


def parameter_row(parameter):
    """Cells of the row of a parameter."""
    return [
        place(parameter.chapter, parameter.where),
        plain(parameter.says),
        plain(parameter.printed),
        "–",
        verdict_link("parameter", parameter.erratum),
    ]


def numbers(chapter):
    """Table of the numbers of a chapter, computed, and of the parameters that it takes over."""
    rows = [claim_row(it) for it in CLAIMS if it.chapter == chapter]
    rows += [parameter_row(it) for it in PARAMETERS if it.chapter == chapter]
    return Table("numbers", ["paper", "what, computed by", "printed", "computed", "verdict"], rows)
