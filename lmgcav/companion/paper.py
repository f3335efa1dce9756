"""The paper as data: the parameters that its figures share."""

TWIST = 1.875  # 2χ/Γ of Figs. 3 and 7 to 14
WINDOW = 0.13  # of the time average in Fig. 9, in 1/Γ
POINTS = {"A": 1.48, "B": 1.69, "C": 1.76, "D": 2.09, "E": 2.17, "F": 3.86}  # 2Ω/(NΓ), Fig. 7
