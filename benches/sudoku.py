"""Constraint solving by propagation and search."""

DIGITS = "123456789"
CELLS = [row + column for row in "ABCDEFGHI" for column in DIGITS]
UNITS = (
    [[row + column for column in DIGITS] for row in "ABCDEFGHI"]
    + [[row + column for row in "ABCDEFGHI"] for column in DIGITS]
    + [[row + column for row in rows for column in columns] for rows in ("ABC", "DEF", "GHI") for columns in ("123", "456", "789")]
)
UNITS_OF = {cell: [unit for unit in UNITS if cell in unit] for cell in CELLS}
PEERS = {cell: set(sum(UNITS_OF[cell], [])) - {cell} for cell in CELLS}


def assign(values, cell, digit):
    return all(eliminate(values, cell, other) for other in values[cell].replace(digit, "")) and values


def eliminate(values, cell, digit):
    if digit not in values[cell]:
        return True
    values[cell] = left = values[cell].replace(digit, "")
    if not left:
        return False
    if len(left) == 1 and not all(eliminate(values, peer, left) for peer in PEERS[cell]):
        return False
    for unit in UNITS_OF[cell]:
        places = [other for other in unit if digit in values[other]]
        if not places:
            return False
        if len(places) == 1 and not assign(values, places[0], digit):
            return False
    return True


def search(values):
    if not values:
        return None
    open_cells = [(len(values[cell]), cell) for cell in CELLS if len(values[cell]) > 1]
    if not open_cells:
        return values
    _, cell = min(open_cells)
    for digit in values[cell]:
        if found := search(assign(values.copy(), cell, digit)):
            return found
    return None


def solve(grid):
    values = dict.fromkeys(CELLS, DIGITS)
    for cell, digit in zip(CELLS, grid):
        if digit in DIGITS and not assign(values, cell, digit):
            return None
    return search(values)


GRIDS = [
    "4.....8.5.3..........7......2.....6.....8.4......1.......6.3.7.5..2.....1.4......",
    "..............3.85..1.2.......5.7.....4...1...9.......5......73..2.1........4...9",
    "52...6.........7.13...........4..8..6......5...........418.........3..2...87.....",
    "6.....8.3.4.7.................5.4.7.3..2.....1.6.......2.....5.....8.6......1....",
    "48.3............71.2.......7.5....6....2..8.............1.76...3.....4......5....",
    "....14....3....2...7..........9...3.6.1.............8.2.....1.4....5.6.....7.8...",
]
for grid in (GRIDS[:1] + GRIDS[2:]) * 10:
    print("".join(solve(grid).values()))
