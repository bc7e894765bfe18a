"""Writes the tables of the East Asian codecs, as CPython has them, to the file named by the argument.

They are numbers of variable length (seven bits a byte, the lowest first; the highest bit says that more follow), compressed as
one .xz file. For each table:

    the length of its name, and the name; the length of what follows:
    for each of the 256 bytes: 0 for a character of its own, 1 for the first byte of longer codes, 2 for neither;
    of those that are characters, but not ASCII as it is: how many, and for each the byte and the character;
    how many pairs of characters codes stand for, and the pairs;
    how many codes it has, each as its distance from the one before, and then their characters, each as its distance from the
    one after the one before, folded so that it is not negative; a character above 0x10FFFF is the number of a pair, and
    0x120000 says that both bytes are wrong together;
    how many characters are encoded in another way than by the first code that is decoded to them, and for each of them its
    distance from the one before, and the code plus one, or 0 for none. A code below 0x100 is a single byte.

Codes are two bytes, whose highest bits are set in those that an escape sequence or a third byte comes before.
"""

import lzma
import sys

WRONG = object()
CHARACTERS = [chr(n) for n in range(0x30000) if not 0xD800 <= n < 0xE000]


def decoded(encoding, data):
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        if error.reason.startswith("incomplete"):
            return False
        return WRONG if len(data) == 2 and error.end - error.start == 2 else None


def encoded(encoding, text):
    try:
        return text.encode(encoding)
    except UnicodeEncodeError:
        return None


def number(n):
    out = bytearray()
    while n > 0x7F:
        out.append(n & 0x7F | 0x80)
        n >>= 7
    out.append(n)
    return bytes(out)


def folded(n):
    return n * 2 if n >= 0 else -n * 2 - 1


def table(name, encoding, prefix, mask):
    kinds, singles = bytearray(256), []
    codes, pairs = {}, []
    if not prefix:
        for byte in range(256):
            char = decoded(encoding, bytes([byte]))
            kinds[byte] = 0 if char else 1 if char is False else 2
            if char and char != chr(byte):
                singles.append((byte, ord(char)))
    for code in range(0x8000, 0x10000):
        if not prefix and kinds[code >> 8] != 1:
            continue
        text = decoded(encoding, prefix + (code & mask).to_bytes(2))
        if not text:
            continue
        if text is WRONG:
            codes[code] = 0x120000
        elif len(text) == 2:
            pairs.append(text)
            codes[code] = 0x110000 + len(pairs) - 1
        else:
            codes[code] = ord(text)
    inverse = {}
    for byte, char in singles:
        inverse.setdefault(char, byte)
    for code, char in codes.items():
        inverse.setdefault(char, code)
    inverse.pop(0x120000, None)
    other, last = [], 0
    for char in CHARACTERS:
        data = encoded(encoding, char)
        if data is None:
            code = None
        else:
            data = data.removesuffix(b"\x1b(B")
            if not data.startswith(prefix) or len(data) - len(prefix) not in (1, 2) or prefix and len(data) == 1:
                # Another table has it.
                continue
            code = int.from_bytes(data.removeprefix(prefix))
            if len(data) - len(prefix) == 2:
                code |= 0xFFFF & ~mask
        if code != inverse.get(ord(char), ord(char) if char.isascii() and not prefix else None):
            other += [number(ord(char) - last), number(0 if code is None else code + 1)]
            last = ord(char)
    out = [bytes(kinds), number(len(singles))]
    out += [number(n) for single in singles for n in single]
    out += [number(len(pairs)), *(number(ord(char)) for pair in pairs for char in pair)]
    out.append(number(len(codes)))
    last = 0
    for code in codes:
        out.append(number(code - last))
        last = code
    last = -1
    for char in codes.values():
        out.append(number(folded(char - last - 1)))
        last = char
    body = b"".join([*out, number(len(other) // 2), *other])
    return number(len(name)) + name.encode() + number(len(body)) + body


PLAIN = """gb18030 gbk gb2312 big5 cp950 big5hkscs cp949 euc_kr johab euc_jp shift_jis cp932
           euc_jis_2004 shift_jis_2004 euc_jisx0213 shift_jisx0213""".split()
TABLES = [(encoding, encoding, b"", 0xFFFF) for encoding in PLAIN]
TABLES += [(f"{encoding} 3", encoding, b"\x8f", 0xFFFF) for encoding in ("euc_jp", "euc_jis_2004", "euc_jisx0213")]
# The other sets of ISO 2022 are in the tables above.
TABLES.append(("jisx0213 2", "iso2022_jp_2004", b"\x1b$(P", 0x7F7F))
TABLES.append(("jisx0213 2 2000", "iso2022_jp_3", b"\x1b$(P", 0x7F7F))

data = b"".join(table(*parameters) for parameters in TABLES)
filters = [{"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "lc": 3, "lp": 0, "pb": 0}]
with open(sys.argv[1], "wb") as file:
    file.write(lzma.compress(data, check=lzma.CHECK_CRC32, filters=filters))
print(f"{len(data)} bytes")
