LINES = [(0, 1, 2), (3, 4, 5), (6, 7, 8), (0, 3, 6), (1, 4, 7), (2, 5, 8), (0, 4, 8), (2, 4, 6)]
def winner(b): return next((b[x] for x, y, z in LINES if b[x] == b[y] == b[z] != " "), None)
memo = {}
def best(b, p):
    if (b, p) in memo: return memo[b, p]
    if w := winner(b): return (1 if w == p else -1, None)
    if " " not in b: return (0, None)
    r = max(((-best(b[:i] + p + b[i + 1:], "O" if p == "X" else "X")[0], -i) for i in range(9) if b[i] == " "))
    memo[b, p] = (r[0], -r[1]); return memo[b, p]
b, p = " " * 9, "X"
while not winner(b) and " " in b:
    _, m = best(b, p); b = b[:m] + p + b[m + 1:]; p = "O" if p == "X" else "X"
    print("|".join(b[:3]), "|".join(b[3:6]), "|".join(b[6:]), sep="  ")
print("winner:", winner(b), len(memo), best("XX OO    ", "X"), best("XX OO    ", "O"))
