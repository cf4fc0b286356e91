"""``python -m dsd_ncrn``: the command line, where its script is not on the path."""

from cli.main import main

main(prog_name="python -m dsd_ncrn")
