"""Matches random patterns with random texts.

Without arguments: a checksum of what was found for every hundred cases. With SEED and COUNT: a line for each case, for
`cargo xtask fuzz regex`.
"""

import random
import re
import sys
import warnings
import zlib

warnings.simplefilter("ignore")

ATOMS = ["a", "b", "c", "A", "B", "-", "_", "0", "1", " ", "\\n", ".", "\\w", "\\W", "\\d", "\\D", "\\s", "\\S", "[ab]", "[^ab]", "[a-c]", "[^a-c\\d]", "[\\w-]", "[^\\W\\d]", "[A-Z]", "[\\s\\S]", "ab", "abc", "ba", "bab"]
WIDE_ATOMS = ["é", "ß", "ſ", "k", "K", "К", "к", "Σ", "ς", "𝔸", "[à-ö]", "[Α-Ω]", "[а-я]", "[^é]", "[\\dж-я]", "[^\\wж]", "İ", "ı", "\u2028", "[𝔸-𝔽]", "[aéж𝔸]"]
FEW_ATOMS = ["a", "b", "a", "b", ".", "[ab]", "[^a]", "ab", "\\w", "A"]
ANCHORS = ["^", "$", "\\b", "\\B", "\\A", "\\Z"]
QUANTIFIERS = ["*", "+", "?", "{2}", "{1,2}", "{0,3}", "{2,}", "{,2}", "{0}", "{3,5}"]
CHARS = "aaabbbccAB-_01 \n"
WIDE_CHARS = CHARS + "éßſkK\u212aКкΣσς𝔸𝔹İı\u2028жя٣à"


class Maker:
    def __init__(self, rng, wide, few):
        self.rng = rng
        self.wide = wide
        self.few = few
        self.groups = 0
        self.open = set()
        self.behind = 0

    def atom(self):
        rng = self.rng
        if self.few:
            return rng.choice(FEW_ATOMS)
        if self.wide and rng.random() < 0.3:
            return rng.choice(WIDE_ATOMS)
        return rng.choice(ATOMS)

    def usable(self):
        return [g for g in range(1, self.groups + 1) if g not in self.open]

    def piece(self, depth):
        rng = self.rng
        r = rng.random()
        if depth <= 0 or r < 0.42:
            return self.atom()
        if r < 0.50:
            return rng.choice(ANCHORS)
        if r < 0.66:
            self.groups += 1
            group = self.groups
            self.open.add(group)
            name = f"?P<n{group}>" if rng.random() < 0.2 else ""
            body = self.alternation(depth - 1)
            self.open.discard(group)
            return f"({name}{body})"
        if r < 0.76:
            return f"(?:{self.alternation(depth - 1)})"
        if r < 0.80:
            return f"(?>{self.alternation(depth - 1)})"
        if r < 0.84:
            return f"(?={self.alternation(depth - 1)})"
        if r < 0.87:
            return f"(?!{self.alternation(depth - 1)})"
        if r < 0.90:
            sign = rng.choice("=!")
            return f"(?<{sign}{''.join(self.atom() for _ in range(rng.randint(1, 2)))})"
        if r < 0.95 and self.usable():
            return f"\\{rng.choice(self.usable())}"
        if r < 0.98 and self.usable():
            group = rng.choice(self.usable())
            no = f"|{self.sequence(depth - 1)}" if rng.random() < 0.6 else ""
            return f"(?({group}){self.sequence(depth - 1)}{no})"
        flag = rng.choice(["i", "s", "m", "-i", "i-s"])
        return f"(?{flag}:{self.alternation(depth - 1)})"

    def sequence(self, depth):
        rng = self.rng
        out = []
        for _ in range(rng.choice([1, 1, 2, 2, 3, 4])):
            piece = self.piece(depth)
            # Repeats of repeats take exponential time.
            nested = sum(map(piece.count, "*+{"))
            if rng.random() < 0.4 and piece not in ANCHORS and nested < 3:
                if len(piece) > 1 and piece[0] not in "([\\":
                    piece = f"(?:{piece})" if rng.random() < 0.5 else piece
                piece += rng.choice(QUANTIFIERS) + rng.choice(["", "", "", "?", "+"])
            out.append(piece)
        return "".join(out)

    def alternation(self, depth):
        rng = self.rng
        count = rng.choice([1, 1, 1, 2, 2, 3])
        parts = [self.sequence(depth) for _ in range(count)]
        if count > 1 and rng.random() < 0.15:
            parts[rng.randrange(count)] = ""
        return "|".join(parts)


def case(rng):
    few = rng.random() < 0.6
    wide = not few and rng.random() < 0.5
    pattern = Maker(rng, wide, few).alternation(rng.choice([1, 2, 2, 2, 3]))
    flags = 0
    for flag in (re.I, re.M, re.S, re.A):
        if rng.random() < 0.25:
            flags |= flag
    chars = WIDE_CHARS if wide else "aab" if few else CHARS
    text = "".join(rng.choice(chars) for _ in range(rng.choice([0, 1, 3, 5, 7, 9])))
    if not wide and rng.random() < 0.3:
        pattern, text = pattern.encode(), text.encode()
        flags &= ~re.A
        if rng.random() < 0.3:
            flags |= re.L
    pos = rng.choice([0, 0, 0, 1, 2])
    endpos = rng.choice([sys.maxsize, sys.maxsize, len(text) - 1, len(text) // 2])
    return pattern, flags, text, pos, endpos


def show(match):
    return match and (match.regs, match.lastindex)


def answer(seed, number):
    rng = random.Random(f"{seed}:{number}")
    pattern, flags, text, pos, endpos = case(rng)
    head = f"{number} {pattern!a} {int(flags)} {text!a} {pos} {endpos}"
    try:
        compiled = re.compile(pattern, flags)
    except (re.error, ValueError) as error:
        return f"{head} refused: {error}"
    found = [
        show(compiled.match(text, pos, endpos)),
        show(compiled.fullmatch(text, pos, endpos)),
        show(compiled.search(text, pos, endpos)),
        [show(match) for match in compiled.finditer(text, pos, endpos)],
        compiled.split(text) if len(text) < 7 else "",
        compiled.sub(b"<\\g<0>>" if isinstance(text, bytes) else "<\\g<0>>", text),
    ]
    return f"{head} {found!a}"


if len(sys.argv) == 3:
    for number in range(int(sys.argv[2])):
        print(answer(sys.argv[1], number))
else:
    for start in range(0, 4000, 100):
        lines = "\n".join(answer("golden", number) for number in range(start, start + 100))
        print(start, zlib.crc32(lines.encode()))
