"""A spell checker: a trie, edit distances, ranked corrections, and a phonetic fallback."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

CORPUS = """
It was a bright cold morning in the harbour, and the gulls were quarrelling over the last of the fish. The old captain
looked at the weather, as he had looked at the weather every morning for forty years, and decided that the weather would hold.
Beyond the harbour wall the water was the colour of slate. He had seen worse. He had seen a great deal worse, and he had written
it down in a book with a green cover, because what is not written is forgotten, and what is forgotten happens again. The boy
who carried the ropes could not read, but he could tell from the way the captain held the pencil whether they would sail. Today
they would sail. They would sail through the narrow passage, where the current is strong and the rocks are patient, and they
would come home by another way, believing themselves definitely separate from all those who had received their warnings.
"""

TEXT = """\
The captian recieved a mesage this mornning: the harbor wall was definately brokn.
He beleived that wether would hold, but the currant was strogn
and the gulls wer quareling. Tehy would sial thrugh the narow passge, seperate from othres.
"""


class Trie:
    """Words by their letters; `count` is how often the word that ends here was seen."""

    __slots__ = ("children", "count")

    def __init__(self) -> None:
        self.children: dict[str, Trie] = {}
        self.count = 0

    def add(self, word: str, count: int = 1) -> None:
        node = self
        for letter in word:
            node = node.children.setdefault(letter, Trie())
        node.count += count

    def __contains__(self, word: str) -> bool:
        node = self
        for letter in word:
            if (node := node.children.get(letter)) is None:
                return False
        return node.count > 0

    def __iter__(self) -> Iterator[tuple[str, int]]:
        stack = [("", self)]
        while stack:
            word, node = stack.pop()
            if node.count:
                yield word, node.count
            stack.extend((word + letter, child) for letter, child in sorted(node.children.items(), reverse=True))

    def within(self, word: str, limit: int) -> Iterator[tuple[str, int, int]]:
        """Words at most `limit` edits away, with distance and count: a row of the distance table per node of the trie."""
        first = list(range(len(word) + 1))
        for letter, child in self.children.items():
            yield from child._search(letter, letter, word, first, None, limit)

    def _search(self, prefix: str, letter: str, word: str, above: list[int], before: list[int] | None, limit: int):
        row = [above[0] + 1]
        for column, other in enumerate(word, 1):
            best = min(row[column - 1] + 1, above[column] + 1, above[column - 1] + (letter != other))
            if before and column > 1 and letter == word[column - 2] and prefix[-2] == other:
                best = min(best, before[column - 2] + 1)
            row.append(best)
        if row[-1] <= limit and self.count:
            yield prefix, row[-1], self.count
        if min(row) <= limit:
            for next_letter, child in self.children.items():
                yield from child._search(prefix + next_letter, next_letter, word, row, above, limit)


@lru_cache(maxsize=None)
def distance(a: str, b: str) -> int:
    """Edits between two words by the recursive definition, swaps of neighbours included."""
    if not a or not b:
        return len(a) + len(b)
    if a[-1] == b[-1]:
        return distance(a[:-1], b[:-1])
    best = 1 + min(distance(a[:-1], b), distance(a, b[:-1]), distance(a[:-1], b[:-1]))
    if len(a) > 1 and len(b) > 1 and a[-1] == b[-2] and a[-2] == b[-1]:
        best = min(best, 1 + distance(a[:-2], b[:-2]))
    return best


def sound(word: str) -> str:
    """Soundex: the first letter, then digits for groups of consonants that sound alike."""
    groups = {c: str(i) for i, letters in enumerate(("bfpv", "cgjkqsxz", "dt", "l", "mn", "r"), 1) for c in letters}
    coded = [groups.get(letter, "" if letter in "hw" else "-") for letter in word]
    kept = [code for code in coded if code]
    digits = [b for a, b in pairwise(["", *kept]) if b != a and b != "-"]
    if kept and kept[0] == groups.get(word[0]):
        digits = digits[1:]
    return (word[0].upper() + "".join(digits) + "000")[:4]


@dataclass(order=True, frozen=True)
class Suggestion:
    badness: float
    word: str

    def __str__(self) -> str:
        return f"{self.word} ({self.badness:.2f})"


class Checker:
    WORD = re.compile(r"[a-z]+(?:'[a-z]+)?", re.IGNORECASE)

    def __init__(self, text: str):
        self.counts = Counter(word.lower() for word in self.WORD.findall(text))
        self.trie = Trie()
        for word, count in self.counts.items():
            self.trie.add(word, count)
        self.sounds: dict[str, set[str]] = {}
        for word in self.counts:
            self.sounds.setdefault(sound(word), set()).add(word)

    def suggest(self, word: str, most: int = 3) -> list[Suggestion]:
        word = word.lower()
        limit = 1 if len(word) < 5 else 2
        found = {
            candidate: edits - 0.1 * min(count, 5) + (0.5 if candidate[0] != word[0] else 0)
            for candidate, edits, count in self.trie.within(word, limit)
        }
        for candidate in self.sounds.get(sound(word), ()):
            found.setdefault(candidate, 2.5 + abs(len(candidate) - len(word)) / 10)
        return sorted(Suggestion(badness, candidate) for candidate, badness in found.items())[:most]

    def check(self, lines: Iterable[str]) -> Iterator[tuple[int, int, str]]:
        for number, line in enumerate(lines, 1):
            for found in self.WORD.finditer(line):
                if found[0].lower() not in self.trie:
                    yield number, found.start() + 1, found[0]

    def correct(self, text: str) -> str:
        def replacement(found: re.Match[str]) -> str:
            word = found[0]
            if word.lower() in self.trie:
                return word
            match self.suggest(word, 1):
                case [Suggestion(word=better)]:
                    return better.title() if word[0].isupper() else better
                case _:
                    return f"<{word}>"

        return self.WORD.sub(replacement, text)


def main(args: list[str]) -> int:
    checker = Checker(CORPUS)
    text = TEXT
    if args:
        with open(args[0], encoding="utf-8") as file:
            text = file.read()
    print(f"{len(checker.counts)} words known; most frequent: {', '.join(w for w, _ in checker.counts.most_common(5))}")
    words = [word for word, _ in checker.trie]
    print("sorted:", words == sorted(checker.counts), "| first:", *words[:6])
    for line, column, word in checker.check(text.splitlines()):
        suggestions = ", ".join(map(str, checker.suggest(word))) or "no idea"
        print(f"{line}:{column:<3} {word:<11} {suggestions}")
    print(checker.correct(text))
    for a, b in (("kitten", "sitting"), ("captian", "captain"), ("", "abc"), ("same", "same"), ("sial", "sail")):
        print(f"{a!r} -> {b!r}: {distance(a, b)}")
    wrong = "captian"
    by_trie = {word: edits for word, edits, _ in checker.trie.within(wrong, 3)}
    print("distances agree:", by_trie == {w: d for w in checker.counts if (d := distance(wrong, w)) <= 3}, len(by_trie))
    print({word: sound(word) for word in ("Robert".lower(), "rupert", "ashcraft", "tymczak", "pfister", "honeyman")})
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
