"""Checks that each refusal of a user's mistake has a case with its whole sentence.

A refusal is a TRTLIKE_CHECK, a thrown UserError, UnsupportedError, PlanError or Failure, or a call
of a helper that throws one. Its sentence is its string literals with anything between them; a case
is a string of the tests below that holds such a sentence. tests/cpp/errors/without_case.txt names
the refusals that no test can reach, and why.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_ROOT = Path(__file__).resolve().parent.parent
_EXCEPTIONS = _ROOT / "tests/cpp/errors/without_case.txt"
_TESTS = ["tests/cpp/errors/*.cpp", "tests/cpp/engine/validate_plan_test.cpp"]
_THROWS = (
    r"TRTLIKE_CHECK|throw (?:::)?(?:trtlike::)?(?:UserError|UnsupportedError|PlanError|Failure)"
)
# Helpers by folder. A kernel's refuse() says why a tactic is not taken: that is no mistake.
_HELPERS = {
    "core": r"fail",
    "ops": r"fail",
    "onnx": r"Failure|fail|fail_input|fail_attribute|report",
    "engine": r"require",
    "tuner": r"refuse",
    "ir": "",
    "optimizer": "",
    "runtime": "",
    "builder": "",
    "calibration": r"fail_line",
    "kernels": "",
}
_LITERAL = re.compile(r'"((?:[^"\\\n]|\\.)*)"')
_LEAST_TEXT, _TELLING_TEXT = 8, 26
_BETWEEN = "\0"
_ANYTHING = "\N{HORIZONTAL ELLIPSIS}"


def _pattern(pieces: list[str]) -> str:
    return f"[^{_BETWEEN}]*".join(re.escape(piece) for piece in pieces)


class Refusal(NamedTuple):
    """A place that refuses, and the pieces of its sentence."""

    path: Path
    line: int
    pieces: list[str]

    def is_in(self, text: str) -> bool:
        """Whole, or from "expected" on where that says enough: cases share what stands before."""
        if re.search(_pattern(self.pieces), text):
            return True
        first = next(i for i, piece in enumerate(self.pieces) if "expected" in piece)
        rest = [
            self.pieces[first][self.pieces[first].index("expected") :],
            *self.pieces[first + 1 :],
        ]
        return sum(map(len, rest)) >= _TELLING_TEXT and bool(re.search(_pattern(rest), text))

    def __str__(self) -> str:
        return f"{self.path.relative_to(_ROOT)}:{self.line}: {_ANYTHING.join(self.pieces)}"


def without_comments(text: str) -> str:
    """The text with spaces for comments, so that offsets stay."""
    token = re.compile(r'//[^\n]*|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)\'')
    return token.sub(lambda m: " " * len(m[0]) if m[0].startswith("//") else m[0], text)


def split_arguments(text: str, start: int) -> list[str]:
    """The arguments of the call whose parenthesis opens at `start`."""
    depth, begin, at, arguments = 0, start + 1, start, []
    while at < len(text):
        quoted = re.compile(r'"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)\'').match(text, at)
        if quoted:
            at = quoted.end()
            continue
        if text[at] in "([{":
            depth += 1
        elif text[at] in ")]}":
            depth -= 1
        if (text[at] == "," and depth == 1) or depth == 0:
            arguments.append(text[begin:at])
            begin = at + 1
        if depth == 0:
            break
        at += 1
    return arguments


def unescape(literal: str) -> str:
    return literal.encode().decode("unicode_escape")


def pieces_of(arguments: list[str]) -> list[str]:
    """The literals among the arguments, and among those of str() in their place."""
    pieces: list[str] = []
    joined = True
    for argument in arguments:
        call = re.match(r"\s*(?:core::)?str\s*\(", argument)
        found: list[str] = []
        if call:
            found = pieces_of(split_arguments(argument, call.end() - 1))
        elif re.fullmatch(r'(?:\s*"(?:[^"\\\n]|\\.)*")+\s*', argument):
            found = [unescape("".join(_LITERAL.findall(argument)))]
        if found and joined and pieces and not call:
            pieces[-1] += found.pop(0)
        pieces += found
        joined = bool(found) and not call
    return pieces


def refusals() -> Iterator[Refusal]:
    for folder, helpers in _HELPERS.items():
        names = _THROWS + (f"|{helpers}" if helpers else "")
        call = re.compile(rf"(?<!\w)(?:{names})\s*\(")
        for path in sorted((_ROOT / "cpp" / folder).rglob("*")):
            if path.suffix not in (".cpp", ".h"):
                continue
            text = without_comments(path.read_text())
            for match in call.finditer(text):
                arguments = split_arguments(text, match.end() - 1)
                if "fail_attribute" in match[0]:
                    del arguments[0]
                pieces = pieces_of(arguments)
                if sum(map(len, pieces)) >= _LEAST_TEXT and any("expected" in p for p in pieces):
                    yield Refusal(path, text.count("\n", 0, match.start()) + 1, pieces)


def sentences() -> list[str]:
    """The strings of the tests; what is computed between two literals is an ellipsis."""
    gap = re.compile(r'"\s*(?:\+|,)(?:[^";{}]|"(?=\w*"))*?(?:\+|,)\s*"')
    found = []
    for pattern in _TESTS:
        for path in sorted(_ROOT.glob(pattern)):
            text = re.sub(r'"\s*\n?\s*"', "", without_comments(path.read_text()))
            found += [unescape(s) for s in _LITERAL.findall(text)]
            found += [unescape(s) for s in _LITERAL.findall(gap.sub(_ANYTHING, text))]
    return found


def main() -> int:
    said = _BETWEEN.join(sentences())
    exceptions = [
        line.split(" | ")
        for line in _EXCEPTIONS.read_text().splitlines()
        if line and not line.startswith("#")
    ]
    everything = list(refusals())
    if not everything:
        print("cpp: expected refusals, got none")
        return 1
    missing = [r for r in everything if not r.is_in(said)]
    unused, open_ones = [], list(missing)
    for path, fragment, _reason in exceptions:
        named = [r for r in missing if str(r).startswith(path) and fragment in str(r)]
        if not named:
            unused.append(f"{path} | {fragment}")
        open_ones = [r for r in open_ones if r not in named]
    for refusal in open_ones:
        print(f"{refusal}\n    expected a case in tests/cpp/errors, got none")
    for line in unused:
        print(f"without_case.txt: expected a refusal without a case, got none for {line}")
    print(
        f"{len(everything)} refusals: {len(everything) - len(missing)} with a case, "
        f"{len(missing) - len(open_ones)} without for a reason, {len(open_ones)} without"
    )
    return 1 if open_ones or unused else 0


if __name__ == "__main__":
    sys.exit(main())
