def step(cells):
    from collections import Counter
    near = Counter((x + a, y + b) for x, y in cells for a in (-1, 0, 1) for b in (-1, 0, 1) if a or b)
    return {c for c, n in near.items() if n == 3 or n == 2 and c in cells}


glider = {(1, 0), (2, 1), (0, 2), (1, 2), (2, 2)}
for g in range(5):
    print(f"gen {g}")
    for y in range(5): print("".join("#" if (x, y) in glider else "." for x in range(5)))
    glider = step(glider)
print(sorted(glider))
