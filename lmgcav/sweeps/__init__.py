"""Many points: a function over a grid of parameters, on any executor, stored and resumed."""
