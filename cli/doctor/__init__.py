"""Checks of the installation: each tries what the program needs, and says what to do where it does not work."""
