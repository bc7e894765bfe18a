"""List, dict, set comprehensions and generator expressions."""

total = 0
for round in range(300):
    squares = [x * x for x in range(10_000)]
    even = [x for x in squares if x % 2 == 0]
    pairs = [(a, b) for a in range(60) for b in range(60) if (a + b) % 3 == 0]
    index = {x: str(x) for x in even[:2_000]}
    turned = {value: key for key, value in index.items()}
    residues = {x % 97 for x in squares}
    nested = [[row * column for column in range(40)] for row in range(40)]
    flat = [cell for row in nested for cell in row if cell]
    longest = max(len(word) for word in turned)
    total += sum(even) + len(pairs) + sum(turned.values()) + len(residues) + sum(flat) + longest
    total += sum(x for x in squares if x & 4) + any(x > 10**8 for x in squares) + all(x >= 0 for x in squares)
print(total)
