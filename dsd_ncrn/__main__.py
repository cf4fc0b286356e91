"""``python -m dsd_ncrn``: the command line, where its script is not on the path; the script itself starts here as well."""

from cli.main import main

if __name__ == "__main__":
    main(prog_name="python -m dsd_ncrn")
