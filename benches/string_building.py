"""Making, splitting, joining, formatting and searching text."""


def build(n):
    text = ""
    for i in range(n):
        text += chr(97 + i % 26)
    return text


def lines(n):
    return "\n".join(f"{i:06d} {i * 7 % 1000:>5} {i / 7:.3f} item-{i % 13}" for i in range(n))


def caesar(text, shift):
    return "".join(chr((ord(c) - 97 + shift) % 26 + 97) if c.islower() else c for c in text)


text = build(600_000)
report = lines(250_000)
total = 0
for line in report.split("\n"):
    number, value, ratio, name = line.split()
    total += int(number) + int(value) + len(ratio.rstrip("0")) + name.count("1")
words = report.replace("item", "thing").upper().title().swapcase()
shifted = caesar(text, 5)
found = sum(text.find(chunk) for chunk in ("xyz", "mnop", "zzz", "abcdefgh"))
parts = ["%s=%d" % (key, i) for i, key in enumerate(shifted[:200_000])]
joined = "&".join(parts)
fields = dict(part.split("=") for part in joined.split("&"))
print(total, len(words), shifted[:10], found, len(joined), len(fields), joined.startswith("f=0&"), words.count("THING"))
