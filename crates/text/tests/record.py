"""Record what CPython does: run by hand under the oracle, writes data/*.txt beside this file.

A line is an operation, its arguments and its result, tab-separated. Strings are escaped as in a literal; floats are their
bits in hexadecimal; an exception is `!` and its message.
"""
import codecs
import os
import random
import struct
import sys
import warnings
import _string

here = os.path.join(os.path.dirname(os.path.abspath(__file__)), "data")


def bits(x):
    if x != x:
        return "7ff8000000000000"
    return f"{struct.unpack('>Q', struct.pack('>d', x))[0]:016x}"


def esc(s):
    def one(c):
        n = ord(c)
        return f"\\x{n:02x}" if n < 256 else f"\\u{n:04x}" if n < 0x10000 else f"\\U{n:08x}"

    return "".join(c if " " <= c <= "~" and c != "\\" else one(c) for c in s)


def attempt(f, *args):
    try:
        return f(*args)
    except Exception as e:
        return "!" + str(e)


def text(value):
    if isinstance(value, float):
        return bits(value)
    return esc(value) if isinstance(value, str) else str(value)


class File:
    def __init__(self, name):
        self.file = open(os.path.join(here, name + ".txt"), "w")

    def line(self, op, *fields):
        print(op, *map(text, fields), sep="\t", file=self.file)


def some_floats(rng, n):
    special = [0.0, -0.0, 1.0, -1.0, 0.5, 1.5, 2.5, 0.1, 1e16, 1e15, 9999999999999998.0, 1e17, 1e22, 1e23, 1e-4, 1e-5,
               0.00012345, 123456.0, 999999.5, 1e100, 5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, 1e308,
               float("inf"), float("-inf"), float("nan"), 0.125, 0.375, 1234.5, 12345678.5, 1e5, 1e6, 99999.95, 25.0, 35.0,
               -762728941069291.2, 1321683043182.7812, 114768013755779.62, 2.0**-44, 2.0**53, 2.0**63, 2.0**64, 4.35, 2.675, 1.005, 8.5, 9.5, 99.5, 0.05, 5e22]
    out = list(special)
    while len(out) < n:
        kind = rng.random()
        if kind < 0.3:
            x = struct.unpack(">d", rng.randbytes(8))[0]
        elif kind < 0.6:
            x = rng.uniform(-1000, 1000)
        elif kind < 0.8:
            x = round(rng.uniform(-1000, 1000), rng.randrange(6))
        elif kind < 0.9:
            x = rng.randrange(10**rng.randrange(1, 20)) / 2**rng.randrange(8)
        else:
            x = float(rng.randrange(-10**6, 10**6)) * 10.0**rng.randrange(-20, 20)
        out.append(x)
    return out


def some_int(rng):
    return rng.randrange(-2**rng.randrange(1, 300), 2**rng.randrange(1, 300))


def numbers():
    rng = random.Random(314)
    out = File("numbers")
    for x in some_floats(rng, 160):
        out.line("repr", x, repr(x))
        out.line("hex", x, x.hex())
        out.line("fromhex", x.hex(), x)
        code, precision = rng.choice("efgEFG"), rng.choice([0, 0, 1, 2, 3, 5, 6, 10, 16, 17, 18, 30])
        alternate = rng.random() < 0.3
        out.line("printf", x, code, precision, int(alternate), f"%{'#' * alternate}.{precision}{code}" % x)
        n = rng.randrange(-20, 20)
        out.line("round", x, n, attempt(round, x, n))
        out.line("ratio", x, attempt(lambda: "%d/%d" % x.as_integer_ratio()) if abs(x) < 1e400 else "!")
        out.line("int", x, attempt(int, x) if x == x and abs(x) != float("inf") else "!")
        out.line("hash", x, hash(x) if x == x else "nan")
        y = rng.choice([0.0, -0.0, 1.0, float("nan"), float("-inf"), rng.uniform(-9, 9)])
        out.line("complex", x, y, repr(complex(x, y)))
    for x, n in ((5e307, -308), (1.7e308, -308), (1.7e308, -309), (5e-324, 323), (5e-324, 324), (0.5, 0), (1.5, 0), (25.0, -1),
                 (35.0, -1), (5.0, -1), (15.0, -1), (4.9, -1), (99.0, -2), (50.0, -2), (50.5, -2), (149.9, -2), (-5.0, -1)):
        out.line("round", x, n, attempt(round, x, n))
    for s in ("1", " 1.5 ", "1_0.0_1e1_0", "1__0", "_1", "1_", "1_.0", "1._0", "1e_5", "1e5_", ".5", "5.", ".", "", " ", "e5", "1e", "1e+",
              "1e+5", "inf", "-Infinity", "iNf", "nan", "+NaN", "-nan", "infinit", "nanx", "in", "0x10", "1e400", "-1e400",
              "1e-400", "1" * 400, "0." + "0" * 400 + "1", "١٢٣.٤", "\u2003 1 \xa0", "\x1c1", "1\x1c", "1\0", "é", "\ud800", "+-1", "1 2",
              "1e5.", "1.5.5", "1e99999999999999999999", "1e-99999999999999999999", "0e99999999999999999999", "--1", "- 1",
              "9007199254740993", "9007199254740992.99999999999999999999", "2.2250738585072011e-308", "4.9e-324", "2e-324",
              "1.7976931348623158e308", "1.7976931348623159e308", "１.５", "1\u3000", "٣_٣", "1e٣"):
        out.line("float", s, attempt(float, s) if attempt(float, s).__class__ is float else "!")
        out.line("tocomplex", s, attempt(lambda: "%s %s" % (bits(complex(s).real), bits(complex(s).imag))).split(": ")[0])
    for s in ("j", "+j", "-j", "1j", "1+j", "1-j", "1+2j", "1 + 2j", "(1+2j)", "( 1+2j )", "(1+2j", "1+2j)", "()", "1e5+2e3J", "nan+infj", "infj",
              "1+", "1+2", "1j+2", "1jj", "1_0+2_0j", "1__0j", "1+_1j", "  1j", "-inf-nanj", "1e", "1ej", "+-j", "1++j", "(j)", "((1j))", "é", "1٣j"):
        out.line("tocomplex", s, attempt(lambda: "%s %s" % (bits(complex(s).real), bits(complex(s).imag))).split(": ")[0])
    for s in ("0x1p0", "0x.8", "0x1.", "0x.", "0x", "x1", "1", "0x1p", "0x1p+", "0x1p-1074", "0x1p-1075", "0x1.8p-1075", "0x1.000001p-1075",
              "0x1p1023", "0x1p1024", "0x1.fffffffffffff7p1023", "0x1.fffffffffffff8p1023", "0x1.fffffffffffff7ffffffffffffffffffffffffffffffffp1023",
              "-0x0p0", "0x0p99999999999999999999", "0x1p99999999999999999999", "0x1p-99999999999999999999", "inf", "-nan", " 0x1 ", "0x1 p1",
              "0x1.00000000000008p0", "0x1.00000000000018p0", "0x1.000000000000080000000000000000000000000000000000000000000001p0",
              "0x1_0", "infinityx", "0x1.8.8", "+0X1.8P+2", "0x" + "0" * 50 + "1", "0x1" + "0" * 50 + "p-200", "0x.0000000000000000000000000000000000000001p160", "1e5", ""
              "0x0.fffffffffffffcp-1022", "0x0.fffffffffffff8p-1022", "0x0.fffffffffffff4p-1022"):
        out.line("fromhex", s, attempt(float.fromhex, s))
    for _ in range(150):
        digits = "".join(rng.choice("0123456789abcdef") for _ in range(rng.randrange(1, 40)))
        s = f"0x{digits[:5]}.{digits[5:]}p{rng.randrange(-1200, 1100)}"
        out.line("fromhex", s, attempt(float.fromhex, s))
        s = f"{rng.randrange(10**rng.randrange(1, 30))}.{rng.randrange(10**rng.randrange(1, 30))}e{rng.randrange(-340, 310)}"
        out.line("float", s, float(s))
    for s in ("0", "-0", "+1", " 12 ", "1_0", "1__0", "_1", "1_", "", " ", "-", "0x", "0xg", "0x_f", "0x__f", "0b102", "0o8", "0_7", "00", "01", "0_0",
              "z", "Zz", "١٢", "-١", "é", "\ud800", "1\0", "- 1", "0b1", "0B1", "0O7", "0XfF", "1x", "9" * 18, "9" * 19, "-9223372036854775808",
              "9223372036854775807", "9223372036854775808", "9" * 50, "9" * 701, "9" * 700, "9" * 700 + "x", "1_" * 700 + "1", "f" * 1000, "\x1c1", "0x0_"):
        for base in (0, 2, 8, 10, 16, 36, 7, 1, 37):
            out.line("toint", s, base, attempt(toint, s, base))
    for _ in range(80):
        n, base = some_int(rng), rng.randrange(2, 37)
        s = attempt(radix, n, base)
        out.line("radix", n, base, s)
        out.line("toint", s, base, attempt(toint, s, base))
        out.line("inthash", n, hash(n))
        out.line("tofloat", n, attempt(float, n))
    for n in (2**61 - 1, 2**61, -(2**61 - 1), 1, -1, 0, -2, 2**53 + 1, 2**53 + 3, 2**54 + 6, 2**54 + 2, 2**1024, 2**1024 - 2**970, 2**1024 - 2**970 - 1,
              -2**63, 2**63 - 1, 10**640 - 1, 10**700 - 1, 10**700, -10**700, -10**699):
        out.line("inthash", n, hash(n)) if abs(n) < 10**600 else None
        out.line("tofloat", n, attempt(float, n)) if abs(n) < 10**600 else None
        out.line("decimal", hex(n), attempt(str, n))
    for _ in range(100):
        items = [rng.choice([rng.randrange(-5, 5), rng.randrange(-2**62, 2**62)]) for _ in range(rng.randrange(8))]
        hashes = " ".join(str(hash(i)) for i in items)
        out.line("tuple", hashes, hash(tuple(items)))
        out.line("frozenset", " ".join(str(hash(i)) for i in set(items)), hash(frozenset(items)))
        a, b = rng.uniform(-5, 5), rng.uniform(-5, 5)
        out.line("complexhash", a, b, hash(complex(a, b)))


def radix(n, base):
    if n < 0:
        return "-" + radix(-n, base)
    out = ""
    while True:
        n, d = divmod(n, base)
        out = "0123456789abcdefghijklmnopqrstuvwxyz"[d] + out
        if not n:
            return out


def toint(s, base):
    try:
        return hex(int(s, base))
    except ValueError as e:
        return "!" + str(e).split(" with base")[0]


def strings():
    out = File("strings")
    for s in ("", "abc", "it's", '"', "'\"", "\\", "\t\n\r\x00\x7f\x80\xa0\xad\xe9\u0378\u2028\ud800\U0001f600\U0010ffff\U000e0001", "\u200b", "a'b\"c"):
        out.line("repr", s, repr(s))
        out.line("ascii", s, ascii(s))
        b = s.encode("utf-8", "surrogatepass")
        out.line("bytes", b.decode("latin-1"), repr(b))


def outcome(f, *args):
    try:
        return f(*args)
    except MemoryError:
        return "!"
    except (ValueError, OverflowError) as e:
        return "!" + str(e)


def formats():
    rng = random.Random(3101)
    out = File("formats")
    values = {
        "int": [0, 1, -1, 255, 1234, -1234567, 10**30, -2**200, 65, 0x1F600, 0x110000, 10**400],
        "float": [0.0, -0.0, 1.0, -1.5, 0.1, 1234.5678, -1234567.891, 1e15, 1e16, 1e-5, 123456.0, 1e22, 1.23456789e-7, 12345678.5,
                  -0.0001, 0.5, 2.5, 1e300, 99999.95, float("inf"), float("-inf"), float("nan")],
        "complex": [0j, 1j, 1 + 2j, -0.0 + 1j, -1.5 - 2.25j, complex(1e20, -1e-10), complex("nan+infj"), complex(-0.0, -0.0)],
        "str": ["", "a", "abc", "h\xe9llo"],
    }
    specs = ["", "1a2", "\0", "\xe9", "q", "\x01", "=", "+", " ", "-", "z", "#", ",", "_", "s,", ",x", "_x", "_c", ",c", ",n", "_n", ".2", ",_", "_,", ",,",
             "__", ".", ".f", ".,f", ".2,_f", ".2_,f", ".2,,f", ".3,n", ".3,g", "99999999999999999999", ".99999999999999999999f",
             ".2147483648f", "99999999999999999", "c", "+c", "#c", "5c", "^5c", "<>5", "{<5", "\ud800=10", "\U0001f600^10", "0<10", "<010", "=10", "08,", "09,",
             "010,", "011,", "012,", "020_x", "#020_b", "x", "X", "#X", "o", "#o", "n", "10n", "\u0663\u0664", ".\u0663f", "s", ".1s", ".0", ".0f", "#.0f", "#.0e",
             "#.3g", "%", ".0%", "#.0%", "05%", "z.1f", "z.0f", "z.3e", "zg", "d", "i", "N", "=+08.2f", "*=+12,.2f", "._", "_.9,f", ".6_%", ".3_e"]
    for _ in range(700):
        spec = rng.choice(["", "", "", "<", ">", "^", "=", "*<", "\xe9^", "0>", "0="])
        spec += rng.choice(["", "", "+", "-", " "]) + rng.choice(["", "", "", "z"]) + rng.choice(["", "", "#"]) + rng.choice(["", "", "0"])
        spec += rng.choice(["", "", "1", "5", "9", "12", "20"]) + rng.choice(["", "", "", ",", "_"])
        spec += rng.choice(["", "", ".0", ".1", ".3", ".7", ".20"]) + rng.choice([""] * 5 + [",", "_"])
        spec += rng.choice(["", "", *"bcdeEfFgGnosxX%"])
        specs.append(spec)
    for i, spec in enumerate(specs):
        for kind, choices in values.items():
            if i < 90:
                chosen = rng.sample(choices, 2)
            else:
                chosen = [rng.choice(choices)] if rng.random() < 0.25 or kind == "float" else []
            for value in chosen:
                if kind == "complex":
                    out.line(kind, value.real, value.imag, spec, outcome(format, value, spec))
                else:
                    out.line(kind, value, spec, outcome(format, value, spec))


def parsed(s):
    items = []
    try:
        for literal, name, spec, conversion in _string.formatter_parser(s):
            items.append(f"[{literal}]" if name is None else f"[{literal}|{name}|{conversion or ''}|{spec}]")
    except ValueError as e:
        items.append(f"!{e}")
    return "".join(items)


def split(s):
    try:
        first, rest = _string.formatter_field_name_split(s)
    except ValueError as e:
        return f"!{e}"
    items = [f"{type(first).__name__} {first}"]
    try:
        for is_attribute, key in rest:
            items.append(f"{'.' if is_attribute else '['}{type(key).__name__} {key}")
    except ValueError as e:
        items.append(f"!{e}")
    return " ".join(items)


def templates():
    rng = random.Random(8)
    out = File("templates")
    texts = {"", "x}y", "{a!}", "{a!rx}", "{0!}}", "{a[}]}", "{a[{]}", "{a{b}}", "{a:{b:{c}}}", "{a!\xe9}", "{a!\ud800:\U0001f600}", "\xe9{\xe9!r:\xe9}\xe9"}
    while len(texts) < 400:
        texts.add("".join(rng.choice(["a", "0", "{", "}", "{", "}", "!", ":", "[", "]", ".", "r", "\xe9", "{}", "{{", "}}"]) for _ in range(rng.randrange(1, 12))))
    for s in sorted(texts):
        out.line("parse", s, parsed(s))
    names = {"", "99999999999999999999", "a[99999999999999999999]", "\u0663", "a[\u0663\u0664]", "1_0", "-1"}
    while len(names) < 250:
        names.add("".join(rng.choice("a01.[].[]b\xe9\u0663") for _ in range(rng.randrange(1, 9))))
    for s in sorted(names):
        out.line("split", s, split(s))
    specs = {"%", "%5", "%l", "%lld", "%.", "%\xe9", "%99999999999999999999d", "%.99999999999999999999d", "%.2147483648f", "\xe9%y", "%\ud800"}
    while len(specs) < 900:
        spec = "%" + "".join(rng.choice("-+ #0") for _ in range(rng.randrange(4))) + rng.choice(["", "", "1", "5", "12"])
        specs.add(spec + rng.choice(["", "", ".", ".0", ".3", ".10"]) + rng.choice(["", "", "h", "l", "L"]) + rng.choice("diuoxXeEfFgGdiouxXeEfFgGyz%"))
    for s in sorted(specs - {"%%"}):
        for value in rng.sample([0, 1, -1, 255, -123456, 10**20], 1):
            out.line("percent", s, value, outcome(lambda: s % (value,)))
        for value in rng.sample([0.0, -0.0, 1.5, -2.25, 1e20, 1e-5, 123456.75, float("inf"), float("-inf"), float("nan")], 1):
            if s[-1] in "eEfFgG":
                out.line("percentf", s, value, outcome(lambda: s % (value,)))


def coded(f, *args):
    try:
        value, used = f(*args)[:2]
    except UnicodeError as e:
        return f"!{e.start} {e.end} {e.reason}"
    except TypeError:
        return "!"
    return f"{used} {value if isinstance(value, str) else value.decode('latin-1')}"


def codings():
    warnings.simplefilter("ignore")
    rng = random.Random(7)
    out = File("codecs")
    pieces = {
        "utf_8": ["a", "\x80", "\xc3", "\xc3\xa9", "\xe2\x82\xac", "\xe2\x82", "\xed\xa0\x80", "\xed", "\xa0", "\xf0\x9f\x98\x80", "\xf0\x9f", "\xf4\x90", "\xff", "\xe0\x80", "\xf0\x80", "\xc0"],
        "utf_16_le": ["a\0", "\0\xd8", "\0\xdc", "\x3d\xd8\0\xde", "a", "\xe9\0", "\xac\x20"],
        "utf_16_be": ["\0a", "\xd8\0", "\xdc\0", "\xd8\x3d\xde\0", "a", "\0\xe9"],
        "utf_32_le": ["a\0\0\0", "\0\xd8\0\0", "\0\xf6\1\0", "\0\0\x11\0", "a", "\xff\xff\xff\xff"],
        "utf_32_be": ["\0\0\0a", "\0\0\xd8\0", "\0\1\xf6\0", "\0\x11\0\0", "a\0"],
        "utf_7": ["a", "+", "-", "+AGE-", "AGE", "+2D3eAA-", "+2D0", "3gA", "!", "\xff", "+AGEx", "~", "\\", "+-", "2D3eAA", "\0", "A"],
        "ascii": ["a", "\x80", "\xff", "b"],
        "unicode_escape": ["\\", "x", "41", "u", "U", "N", "{", "}", "DIGIT ONE", "0", "7", "n", "\n", "q", "\xe9", "\\x4", "\\u00e9", "\\U0001f600", "\\N{DIGIT ONE}", "\\U00110000", "\\400", "\\N{X}", "\\N{}"],
        "raw_unicode_escape": ["\\", "\\\\", "u", "U", "00e9", "\\u20ac", "\\U0001f600", "\\U00110000", "\xe9", "n", "4"],
    }
    for codec, parts in pieces.items():
        decode = getattr(codecs, codec + "_decode")
        seen = set()
        while len(seen) < 110:
            seen.add("".join(rng.choice(parts) for _ in range(rng.randrange(5))) if len(seen) > 3 else rng.choice(parts))
        for text in sorted(seen):
            data = text.encode("latin-1")
            errors = rng.choice(["strict", "strict", "ignore", "replace", "backslashreplace", "surrogateescape", "surrogatepass"])
            for final in ([True, False] if codec != "ascii" else [True]):
                args = (data, errors) if codec == "ascii" else (data, errors, final)
                out.line("decode", codec, errors, int(final), text, coded(decode, *args))
    points = ["a", "+", "-", "~", "\\", "\n", "\x7f", "\xe9", "\xff", "\u0100", "\u20ac", "\ud800", "\udc80", "\udcff", "\U0001f600", "\ue000", "/", "A"]
    for codec in [*pieces, "latin_1"]:
        encode = getattr(codecs, codec + "_encode")
        for _ in range(80):
            text = "".join(rng.choice(points) for _ in range(rng.randrange(7)))
            errors = rng.choice(["strict", "ignore", "replace", "backslashreplace", "surrogateescape", "surrogatepass", "xmlcharrefreplace", "namereplace"])
            out.line("encode", codec, errors, text, coded(encode, text, errors))
    for _ in range(150):
        text = "".join(rng.choice(pieces["unicode_escape"]) for _ in range(rng.randrange(5)))
        try:
            out.line("bytes", text, codecs.escape_decode(text.encode("latin-1"))[0].decode("latin-1"))
        except ValueError as e:
            out.line("bytes", text, f"!{e}")


def main():
    os.makedirs(here, exist_ok=True)
    sys.set_int_max_str_digits(700)
    numbers()
    strings()
    formats()
    templates()
    codings()


main()
