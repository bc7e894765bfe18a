"""Searching, replacing, encoding and collecting text of every width."""

import io

TEXTS = ["", "abcabcab", "ab\xe9cab\xe9", "a\u0151b\u5100a\u0151", "x\U0001f600y\U0001f600\U0001f601x", "a\ud800b"]
NEEDLES = ["a", "ab", "b\xe9", "\u0151", "\u0151b", "\U0001f600", "\U0001f600\U0001f601", "\u0001", ""]

for text in TEXTS:
    for needle in NEEDLES:
        print(
            ascii(text),
            ascii(needle),
            text.count(needle),
            text.find(needle),
            ascii(text.replace(needle, "<>")),
            ascii(text.replace(needle, "\u0151", 1)),
            ascii(text.split(needle)) if needle else "",
        )
    print(ascii(list(text)), ascii(sorted(text)), ascii([*text]))
    for encoding in ("utf-8", "latin-1", "utf-16-le"):
        for errors in ("strict", "replace", "surrogatepass"):
            try:
                print(text.encode(encoding, errors))
            except UnicodeError as error:
                print(type(error).__name__, error)
            except LookupError as error:
                print(type(error).__name__, error)

# A character's bytes may look like a needle across two characters.
print("\u6161\u6161".find("\u6161"), "\u0061\u6100\u0061".count("\u6100"), "\u6100\u0061".find("\u0061"))

stream = io.StringIO()
for piece in ("ab", "\xe9", "\u0151", "\U0001f600"):
    stream.write(piece)
    print(stream.tell(), ascii(stream.getvalue()))
stream.seek(1)
stream.write("XY")
print(ascii(stream.getvalue()), ascii(stream.read()))
stream.seek(8)
stream.write("")
print(ascii(stream.getvalue()))
stream.write("end")
print(ascii(stream.getvalue()))
print(repr(io.StringIO("a\r\nb\rc\n", newline=None).getvalue()), list(io.StringIO("a\r\nb\rc\n", newline="")))
stream = io.StringIO(newline="\r\n")
print(stream.write("a\nb\n"), repr(stream.getvalue()), stream.tell())
