def hanoi(n, a="A", b="B", c="C"):
    if n: yield from hanoi(n - 1, a, c, b); yield f"{a}->{c}"; yield from hanoi(n - 1, b, a, c)
print(list(hanoi(3)), sum(1 for _ in hanoi(10)))
def knight(n):
    board = [[-1] * n for _ in range(n)]; moves = [(1, 2), (2, 1), (-1, 2), (-2, 1), (1, -2), (2, -1), (-1, -2), (-2, -1)]
    def free(x, y): return [(x + a, y + b) for a, b in moves if 0 <= x + a < n and 0 <= y + b < n and board[y + b][x + a] < 0]
    x = y = 0
    for s in range(n * n):
        board[y][x] = s
        if not (f := free(x, y)): break
        x, y = min(f, key=lambda p: (len(free(*p)), p))
    return board
for row in knight(6): print(" ".join(f"{v:2}" for v in row))
