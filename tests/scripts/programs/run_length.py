from itertools import groupby
def enc(s): return "".join(f"{len(list(g))}{c}" for c, g in groupby(s))
def dec(s):
    out, n = "", ""
    for c in s:
        if c.isdigit(): n += c
        else: out += c * int(n); n = ""
    return out
for s in ("aaabccd", "", "abc", "zzzzzzzzzzzz"): print(repr(s), enc(s), dec(enc(s)) == s)
def lz(s):
    d, w, out = {chr(i): i for i in range(256)}, "", []
    for c in s:
        if w + c in d: w += c
        else: out.append(d[w]); d[w + c] = len(d); w = c
    return out + ([d[w]] if w else [])
print(lz("TOBEORNOTTOBEORTOBEORNOT"), len(lz("ab" * 500)))
def huffman(s):
    import heapq; from collections import Counter
    h = [(n, i, c) for i, (c, n) in enumerate(sorted(Counter(s).items()))]; heapq.heapify(h); k = len(h)
    while len(h) > 1: a, b = heapq.heappop(h), heapq.heappop(h); heapq.heappush(h, (a[0] + b[0], k, (a, b))); k += 1
    codes = {}
    def walk(n, p):
        if isinstance(n[2], str): codes[n[2]] = p or "0"
        else: walk(n[2][0], p + "0"); walk(n[2][1], p + "1")
    walk(h[0], ""); return codes
print(huffman("abracadabra"))
