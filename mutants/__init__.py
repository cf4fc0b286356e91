"""Mutation testing: do the tests notice when one operator, number or word of the code is changed?

``make mutants`` records which test reaches which line (:mod:`mutants.reach`), draws a fixed sample of changes
(:mod:`mutants.sample`), runs for each the tests that reach its line (:mod:`mutants.run`), and writes the score into
docs/coverage.md (:mod:`mutants.score`).
"""
