"""What simulations of a design come to: trainings held against ideal ones, leaks, real tubes, better designs."""

ALLOWED_RATIO = 1.1
"""The test error may grow by this factor over the ideal network's."""
AS_IT_IS = "as it is"
"""The row of ways.csv that the others are held against: no way to lower the leak."""
