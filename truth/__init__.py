"""Predictions beside published experiments: ``make truth``."""
