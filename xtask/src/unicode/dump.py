"""Print what this interpreter's unicodedata, str methods and _sre know of every code point.

Run by `cargo xtask unicode`. One line a code point, tab-separated; a line equal to its predecessor in all but the
code point is printed as the code point alone. The line's first field says which table it belongs to.
"""
import sys
import unicodedata as ucd
import _sre

old = ucd.ucd_3_2_0
out = sys.stdout
numerics = set()


def hexes(text):
    return " ".join(f"{ord(c):x}" for c in text)


def bits(*flags):
    return sum(1 << i for i, flag in enumerate(flags) if flag)


def is_cased(ch):
    return not 0xD800 <= ord(ch) < 0xE000 and (ch + "a").title()[-1] == "a"


def is_case_ignorable(ch):
    return ("A\u03a3" + ch).lower()[1] == "\u03c2" and ("A\u03a3" + ch + "A").lower()[1] == "\u03c3"


def simple_upper(cp, ch):
    # Where the full mapping expands, the simple one is the title case mapping if that is one character.
    if len(ch.upper()) == 1:
        return ord(ch.upper())
    return ord(ch.title()) if len(ch.title()) == 1 else cp


def simple_title(cp, ch):
    return ord(ch.title()) if len(ch.title()) == 1 else cp


def ctype(cp, ch):
    flags = bits(
        ch.isalpha(), ch.isdecimal(), ch.isdigit(), ch.isnumeric(), ch.islower(), ch.isupper(),
        ucd.category(ch) == "Lt", ch.isspace(), ch.isprintable(), ch.isidentifier(), ("a" + ch).isidentifier(),
        len(("a" + ch + "b").splitlines()) == 2, is_cased(ch), is_case_ignorable(ch))
    lower = _sre.unicode_tolower(cp)
    upper, title = simple_upper(cp, ch), simple_title(cp, ch)
    number = ucd.numeric(ch, None)
    row = [flags, lower - cp, upper - cp, title - cp, ucd.decimal(ch, 255), ucd.digit(ch, 255), number]
    full = (ch.lower(), ch.upper(), ch.title(), ch.casefold())
    if full != (chr(lower), chr(upper), chr(title), chr(lower)):
        print("S", f"{cp:x}", *map(hexes, full), sep="\t", file=out)
    return row


def record(db, ch):
    return [db.category(ch), db.combining(ch), db.bidirectional(ch), db.mirrored(ch), db.east_asian_width(ch)]


def quick(ch):
    return [bits(*(ucd.normalize(form, ch) != ch for form in ("NFC", "NFD", "NFKC", "NFKD")))]


def main():
    previous = {}

    def emit(kind, cp, row):
        row = "\t".join(map(str, row))
        if previous.get(kind) == row:
            row = ""
        else:
            previous[kind] = row
        print(kind, f"{cp:x}", row, sep="\t", file=out)

    for cp in range(sys.maxunicode + 1):
        ch = chr(cp)
        emit("T", cp, ctype(cp, ch))
        emit("U", cp, record(ucd, ch) + quick(ch))
        emit("O", cp, record(old, ch))
        decomposition = ucd.decomposition(ch)
        if decomposition:
            print("D", f"{cp:x}", decomposition, sep="\t", file=out)
            parts = decomposition.split()
            if len(parts) == 2 and parts[0][0] != "<" and ucd.normalize("NFC", "".join(chr(int(p, 16)) for p in parts)) == ch:
                print("P", f"{cp:x}", *parts, sep="\t", file=out)
        if old.category(ch) != "Cn":
            if old.decomposition(ch) != decomposition:
                print("OD", f"{cp:x}", old.decomposition(ch), sep="\t", file=out)
            if old.normalize("NFD", ch) != ucd.normalize("NFD", ch):
                print("ON", f"{cp:x}", hexes(old.normalize("NFD", ch)), sep="\t", file=out)
            for kind, name in (("O0", "decimal"), ("O1", "numeric")):
                new, was = getattr(ucd, name)(ch, None), getattr(old, name)(ch, None)
                if new != was:
                    print(kind, f"{cp:x}", was, sep="\t", file=out)
        name = ucd.name(ch, None)
        if name is not None:
            print("N", f"{cp:x}", name, sep="\t", file=out)
        elif ucd.category(ch) not in ("Cn", "Cs", "Co", "Cc"):
            print("X", f"{cp:x}", sep="\t", file=out)
    for line in open(sys.argv[1]):
        name = line.strip()
        try:
            print("A", name, hexes(ucd.lookup(name)), sep="\t", file=out)
        except KeyError:
            pass


main()
