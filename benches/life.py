"""Conway's game, on sets of cells and on lists of lists."""

from collections import Counter


def step_set(cells):
    near = Counter((x + dx, y + dy) for x, y in cells for dx in (-1, 0, 1) for dy in (-1, 0, 1) if dx or dy)
    return {cell for cell, count in near.items() if count == 3 or count == 2 and cell in cells}


def step_grid(grid):
    height, width = len(grid), len(grid[0])
    result = []
    for y in range(height):
        above, here, below = grid[y - 1], grid[y], grid[(y + 1) % height]
        row = []
        for x in range(width):
            left, right = x - 1, (x + 1) % width
            count = above[left] + above[x] + above[right] + here[left] + here[right] + below[left] + below[x] + below[right]
            row.append(1 if count == 3 or (count == 2 and here[x]) else 0)
        result.append(row)
    return result


cells = {(1, 0), (3, 1), (0, 2), (1, 2), (4, 2), (5, 2), (6, 2)}
for _ in range(900):
    cells = step_set(cells)
grid = [[1 if (x * x + 3 * y + x * y) % 7 < 3 else 0 for x in range(96)] for y in range(64)]
for _ in range(300):
    grid = step_grid(grid)
print(len(cells), sum(map(sum, grid)))
