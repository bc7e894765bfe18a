"""Counting words of generated prose."""

from collections import Counter, defaultdict

STEMS = "al be co di en fo ga hu in jo ka lo mi no or pa qui ra so tu un va wi xe yo zu".split()


def prose(n):
    seed = 7
    for _ in range(n):
        seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF
        word = STEMS[seed % 26] + STEMS[seed // 26 % 26 if seed % 5 else 0]
        yield word.title() if seed % 11 == 0 else word + "," if seed % 7 == 0 else word


text = " ".join(prose(700_000))
counts = {}
for word in text.split():
    word = word.strip(",").lower()
    counts[word] = counts.get(word, 0) + 1
counter = Counter(word.strip(",.").lower() for word in text.split())
by_letter = defaultdict(list)
for word in counts:
    by_letter[word[0]].append(word)
print(sum(counts.values()), counter.most_common(5), len(by_letter), max(map(len, by_letter.values())))
print(sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:3] == sorted(counter.items(), key=lambda item: (-item[1], item[0]))[:3])
