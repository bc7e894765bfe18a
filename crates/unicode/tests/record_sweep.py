"""Print the checksum of each property over all code points: run by hand under the oracle, output is sweep.txt."""
import sys
import unicodedata as ucd
import zlib
import _sre

old = ucd.ucd_3_2_0


def hexes(text):
    return " ".join(f"{ord(c):x}" for c in text)


def text(value):
    if isinstance(value, (bool, int)):
        return str(int(value))
    return "" if value is None else value.hex() if isinstance(value, float) else value


PROPERTIES = {
    "isalpha": str.isalpha, "isdecimal": str.isdecimal, "isdigit": str.isdigit, "isnumeric": str.isnumeric,
    "isalnum": str.isalnum, "islower": str.islower, "isupper": str.isupper, "isspace": str.isspace,
    "istitle": lambda c: ucd.category(c) == "Lt", "isprintable": str.isprintable,
    "xid_start": str.isidentifier, "xid_continue": lambda c: ("a" + c).isidentifier(),
    "linebreak": lambda c: len(("a" + c + "b").splitlines()) == 2,
    "sigma_before": lambda c: ("A" + c + "\u03a3").lower()[-1] == "\u03c2",
    "sigma_after": lambda c: ("A\u03a3" + c + "A").lower()[1] == "\u03c2",
    "sigma_alone": lambda c: ("A\u03a3" + c).lower()[1] == "\u03c2",
    "cased": lambda c: not 0xD800 <= ord(c) < 0xE000 and (c + "a").title()[-1] == "a",
    "lower": lambda c: hexes(c.lower()), "upper": lambda c: hexes(c.upper()),
    "title": lambda c: hexes(c.title()), "casefold": lambda c: hexes(c.casefold()),
    "sre_lower": lambda c: _sre.unicode_tolower(ord(c)),
    "name": lambda c: ucd.name(c, None),
}
for prefix, db in ("", ucd), ("old_", old):
    PROPERTIES |= {
        prefix + "decimal": lambda c, db=db: db.decimal(c, None),
        prefix + "digit": lambda c, db=db: db.digit(c, None),
        prefix + "numeric": lambda c, db=db: db.numeric(c, None),
        prefix + "category": db.category, prefix + "bidirectional": db.bidirectional,
        prefix + "combining": db.combining, prefix + "east_asian_width": db.east_asian_width,
        prefix + "mirrored": db.mirrored, prefix + "decomposition": db.decomposition,
    }
    for form in "NFC", "NFD", "NFKC", "NFKD":
        PROPERTIES[prefix + form] = lambda c, db=db, form=form: hexes(db.normalize(form, c))
        PROPERTIES[prefix + "is_" + form] = lambda c, db=db, form=form: db.is_normalized(form, c)
        # In the company of marks: reordering, blocking and composition over a distance.
        PROPERTIES[prefix + "marks_" + form] = lambda c, db=db, form=form: hexes(
            db.normalize(form, "a\u0323" + c + "\u0301\u0316" + c + "\u1161\u11a8\u0327"))

for name, function in PROPERTIES.items():
    crc = 0
    for start in range(0, sys.maxunicode + 1, 4096):
        block = "".join(text(function(chr(cp))) + "\n" for cp in range(start, start + 4096))
        crc = zlib.crc32(block.encode(), crc)
    print(name, f"{crc:08x}", flush=True)
