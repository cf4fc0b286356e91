"""Translation modules: a file for each scheme, and those for reactions without outputs and for the clock."""
