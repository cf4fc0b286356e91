"""The command line: what the script ``dsd-ncrn`` and ``python -m dsd_ncrn`` start."""

import atexit
import os
import signal
import sys
from contextlib import suppress
from functools import partial

THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
"""What libraries of linear algebra read when they are loaded."""


def main(prog_name: str | None = None) -> None:
    """Run the command line.

    Until a command is at work and after it has ended there is nothing to keep or to tell: an interrupt then ends the process
    at once. While modules are imported it would otherwise show as a traceback, or be lost where one of them catches it.
    """
    # Matrices are small, and threads that wait spin: a fit took eight times as much of the processors. It counts before numpy
    # is loaded, and in processes that are begun from here.
    for name in THREADS:
        os.environ.setdefault(name, "1")
    signal.signal(signal.SIGINT, partial(_end, 130))
    atexit.register(signal.signal, signal.SIGINT, signal.SIG_IGN)  # Python then takes its modules apart
    from cli.main import main as program

    try:
        program(prog_name=prog_name)
    except SystemExit as ended:
        for stream in (sys.stdout, sys.stderr):  # an interrupt meanwhile still says that it was one: not all may be written
            with suppress(OSError, ValueError, AttributeError):
                stream.flush()
        signal.signal(signal.SIGINT, partial(_end, ended.code or 0))
        raise


def _end(code: str | int | None, *_: object) -> None:
    os._exit(code if isinstance(code, int) else 1)


if __name__ == "__main__":
    main("python -m dsd_ncrn")
