"""Mutated inputs for parsers, seeded: ``python tests/fuzzing.py 100000 [PARSER ...]`` tries that many on each.

A parser may take an input or refuse it with an InputError; anything else, and whatever takes longer than LONGEST_S of
processor time, is a fault. The inputs that found faults are printed, so that they can become regression tests.
"""

from __future__ import annotations

import argparse
import random
import resource
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from dsd_ncrn.errors import InputError

LONGEST_S = 2.0
LONGEST_MESSAGE = 2000
MEMORY_BYTES = 6 * 2**30
LONG = (200, 5_000, 100_000)

_TEXTS = (
    *("\0", "\ufeff", "\r\n", "\r", "\u2028", "\x85", "\u0130", "µ", "Ω", "θ", "\u202e", "é", "A\u0301", "🧬", "\u00a0"),
    *("1e400", "-1e400", "nan", "-inf", "9" * 400, "9" * 5000, "1e-400", "0x10", "1_000", "٣", "½", "-0.0", "1e9999999999"),
    *("=", "+", "-", "@", "*", "(", ")", "[", "]", "{", "}", '"', "'", '"""', "\\", "\\u0000", "\\x00", "#", ":", ",", ";"),
    *("\t", " ", "\n", "<script>alert(1)</script>", "../../etc/passwd", "%s%n", "{0}", "$(id)", "`id`", "__class__"),
)
ANYWHERE = (*(text.encode() for text in _TEXTS), b"\xff\xfe", b"\xc3", b"\xed\xa0\x80", b"\xf8\x88\x80\x80\x80")
"""Pieces that have broken parsers before: ends of text, other alphabets, numbers of no size, brackets, broken UTF-8."""


@dataclass(frozen=True)
class Parser:
    """What is tried: ``read`` gets the bytes; ``seeds`` are good inputs, ``words`` the parser's own vocabulary."""

    name: str
    read: Callable[[bytes], object]
    seeds: Sequence[bytes]
    words: Sequence[bytes]


@dataclass
class Tally:
    """What came of the inputs of one parser."""

    tried: int = 0
    taken: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0
    faults: dict[str, bytes] = field(default_factory=dict)

    def __str__(self) -> str:
        refused = sum(self.refused.values())
        ways = f"{refused} refused in {len(self.refused)} ways"
        return f"{self.tried} tried, {self.taken} taken, {ways}, {len(self.faults)} faults, slowest {self.slowest:.2f} s"


class TooSlow(Exception):
    """An input took longer than LONGEST_S."""


def tally(parser: Parser, count: int, seed: int = 0) -> Tally:
    """Give a parser ``count`` mutated inputs; of the faults of one kind the shortest input is kept."""
    draw, found = random.Random(f"{parser.name} {seed}"), Tally()
    for content in inputs(parser, draw, count):
        found.tried += 1
        start = time.process_time()
        problem = _try(parser, content, found)
        found.slowest = max(found.slowest, time.process_time() - start)
        if problem is not None and len(content) <= len(found.faults.get(problem, content)):
            found.faults[problem] = content
    return found


def inputs(parser: Parser, draw: random.Random, count: int) -> Iterator[bytes]:
    """Good inputs with one to eight mutations each, and now and then bytes without any sense."""
    for _ in range(count):
        content = draw.choice(parser.seeds) if draw.random() < 0.97 else draw.randbytes(draw.randrange(200))
        for _ in range(draw.choice((1, 1, 1, 2, 3, 8))):
            content = draw.choice(_MUTATIONS)(content, parser, draw)
        yield content


def _try(parser: Parser, content: bytes, found: Tally) -> str | None:
    """What is wrong with how a parser takes an input, or nothing."""
    try:
        with _limited():
            parser.read(content)
    except InputError as error:
        found.refused[" ".join(error.rule.split()[:4])] += 1
        return _unclean(error)
    except (Exception, TooSlow) as error:  # noqa: BLE001 - this is what is looked for
        return f"{type(error).__name__} at {_place(error)}"
    found.taken += 1
    return None


def _place(error: BaseException) -> str:
    """File and line of ours that an error went through last."""
    place, trace = "nowhere", error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        if any(f"/{package}/" in code.co_filename for package in ("dsd_ncrn", "sequences", "cli")):
            place = f"{code.co_filename.rpartition('/')[2]}:{trace.tb_lineno} {code.co_name}"
        trace = trace.tb_next
    return place


def _unclean(error: InputError) -> str | None:
    """Why a message is none that people can use."""
    text = str(error)
    if len(text) > LONGEST_MESSAGE:
        return f"message of more than {LONGEST_MESSAGE} characters: {text[:60]!r}"
    if not text.isprintable():
        return f"message with unprintable characters: {error.rule[:40]!r}"
    return None if error.exit_code == 2 and error.rule else "message without a rule"


@contextmanager
def _limited() -> Iterator[None]:
    """Raise TooSlow in whatever runs for too long, by processor time, which other work on the machine does not use up."""

    def stop(*_: object) -> None:
        raise TooSlow

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, LONGEST_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _flip(content: bytes, _: Parser, draw: random.Random) -> bytes:
    if not content:
        return bytes([draw.randrange(256)])
    at = draw.randrange(len(content))
    return content[:at] + bytes([content[at] ^ 1 << draw.randrange(8)]) + content[at + 1 :]


def _cut(content: bytes, _: Parser, draw: random.Random) -> bytes:
    """Without a range, which may be all that follows."""
    first = draw.randrange(len(content) + 1)
    last = len(content) if draw.random() < 0.2 else first + draw.randrange(40)
    return content[:first] + content[last:]


def _double(content: bytes, _: Parser, draw: random.Random) -> bytes:
    first = draw.randrange(len(content) + 1)
    last = first + draw.randrange(1 + draw.choice((10, 100, len(content))))
    return content[:last] + content[first:last] * draw.choice((1, 1, 2, 20)) + content[last:]


def _splice(content: bytes, parser: Parser, draw: random.Random) -> bytes:
    other = draw.choice(parser.seeds)
    return content[: draw.randrange(len(content) + 1)] + other[draw.randrange(len(other) + 1) :]


def _insert(content: bytes, parser: Parser, draw: random.Random) -> bytes:
    at = draw.choice((0, len(content), draw.randrange(len(content) + 1)))
    return content[:at] + _word(parser, draw) + content[at:]


def _replace(content: bytes, parser: Parser, draw: random.Random) -> bytes:
    """Another word in the place of one."""
    words = content.split(b" ")
    words[draw.randrange(len(words))] = _word(parser, draw)
    return b" ".join(words)


def _number(content: bytes, parser: Parser, draw: random.Random) -> bytes:
    """Another word in the place of a number."""
    places = [at for at, sign in enumerate(content[:5000]) if sign in b"0123456789"]
    if not places:
        return content
    first = last = draw.choice(places)
    while content[last : last + 1] in b"0123456789.eE" and last < len(content):
        last += 1
    return content[:first] + _word(parser, draw) + content[last:]


def _swap(content: bytes, _: Parser, draw: random.Random) -> bytes:
    lines = content.split(b"\n")
    one, other = draw.randrange(len(lines)), draw.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return b"\n".join(lines)


def _lengthen(content: bytes, parser: Parser, draw: random.Random) -> bytes:
    """A word many times over: deep nesting, long lines, long names."""
    at, word = draw.randrange(len(content) + 1), _word(parser, draw)
    size = draw.choice(LONG) if draw.random() < 0.1 else draw.randrange(200)
    return content[:at] + word * (1 + size // len(word)) + content[at:]


def _line(content: bytes, parser: Parser, draw: random.Random) -> bytes:
    """A line of its own: a word, or a word that is given another as its value."""
    lines = content.split(b"\n")
    word = draw.choice(parser.words)
    lines.insert(draw.randrange(len(lines) + 1), word if draw.random() < 0.3 else word + b" = " + _word(parser, draw))
    return b"\n".join(lines)


def _value(content: bytes, parser: Parser, draw: random.Random) -> bytes:
    """Another word in the place of what stands behind an equals sign."""
    lines = content.split(b"\n")
    places = [number for number, line in enumerate(lines) if b"=" in line]
    if places:
        at = draw.choice(places)
        lines[at] = lines[at].split(b"=")[0] + b"= " + _word(parser, draw)
    return b"\n".join(lines)


def _ends(content: bytes, _: Parser, draw: random.Random) -> bytes:
    return content.replace(b"\n", draw.choice((b"\r\n", b"\r", b"", b"\n\n", b"\x0c", b"\x85")))


def _word(parser: Parser, draw: random.Random) -> bytes:
    return draw.choice(draw.choice((parser.words, ANYWHERE)))


_BLIND = (_flip, _cut, _double, _splice, _insert, _swap, _lengthen, _ends)
_SEEING = (_replace, _number, _line, _value)
_MUTATIONS = (*_BLIND, *_SEEING, *_SEEING)


def _main() -> None:
    from fuzz_parsers import parsers

    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("count", type=int)
    arguments.add_argument("parser", nargs="*")
    arguments.add_argument("--seed", type=int, default=0)
    given = arguments.parse_args()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    faults = 0
    for parser in parsers():
        if given.parser and parser.name not in given.parser:
            continue
        start = time.monotonic()
        found = tally(parser, given.count, given.seed)
        print(f"{parser.name:<12} {found}, {time.monotonic() - start:.0f} s", flush=True)  # noqa: T201
        for problem, content in found.faults.items():
            print(f"    {problem}: {content[:300]!r} ({len(content)} bytes)", flush=True)  # noqa: T201
        faults += len(found.faults)
    sys.exit(faults > 0)


if __name__ == "__main__":
    _main()
