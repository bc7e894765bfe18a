"""Solves sudokus by propagation and search, checks that the solution is unique, and rates the difficulty."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import cache
from itertools import product

PUZZLES = {
    "easy": "53..7....6..195....98....6.8...6...34..8.3..17...2...6.6....28....419..5....8..79",
    "medium": "..9748...7.........2.1.9.....7...24..64.1.59..98...3.....8.3.2.........6...2759..",
    "hard": "4.....8.5.3..........7......2.....6.....8.4......1.......6.3.7.5..2.....1.4......",
    "two solutions": ".34...9126.2195.4819.3425.7859..142.4268.3791.1392.8569.1537.8428.4196.5345.8617.",
    "impossible": "55..7....6..195....98....6.8...6...34..8.3..17...2...6.6....28....419..5....8..79",
    "malformed": "12345",
}
ALL = 0b111111111


class Contradiction(Exception):
    """Some cell has no candidate left."""


@cache
def peers(cell: int) -> frozenset[int]:
    row, column = divmod(cell, 9)
    box = {(row // 3 * 3 + dr) * 9 + column // 3 * 3 + dc for dr, dc in product(range(3), repeat=2)}
    across = {row * 9 + other for other in range(9)}
    down = {other * 9 + column for other in range(9)}
    return frozenset((box | across | down) - {cell})


@cache
def units() -> tuple[tuple[int, ...], ...]:
    rows = [tuple(range(start, start + 9)) for start in range(0, 81, 9)]
    columns = [tuple(range(start, 81, 9)) for start in range(9)]
    boxes = [
        tuple((r + dr) * 9 + c + dc for dr in range(3) for dc in range(3)) for r in (0, 3, 6) for c in (0, 3, 6)
    ]
    return (*rows, *columns, *boxes)


def digits(mask: int) -> Iterator[int]:
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length()
        mask ^= lowest


class Board:
    """The candidates of each cell, as bit masks."""

    __slots__ = ("masks", "forced")

    def __init__(self, masks: list[int] | None = None):
        self.masks = masks or [ALL] * 81
        self.forced = 0

    @classmethod
    def parse(cls, text: str) -> Board:
        cells = [c for c in text if c in "123456789.0"]
        if len(cells) != 81:
            raise ValueError(f"a sudoku has 81 cells, not {len(cells)}")
        board = cls()
        for cell, c in enumerate(cells):
            if c not in ".0":
                board.place(cell, int(c))
        return board

    def copy(self) -> Board:
        return Board(self.masks[:])

    def place(self, cell: int, digit: int) -> None:
        bit = 1 << digit - 1
        if not self.masks[cell] & bit:
            raise Contradiction(f"{digit} does not fit at row {cell // 9 + 1}, column {cell % 9 + 1}")
        self.masks[cell] = bit
        for peer in peers(cell):
            self.remove(peer, bit)

    def remove(self, cell: int, bit: int) -> None:
        if not self.masks[cell] & bit:
            return
        self.masks[cell] &= ~bit
        left = self.masks[cell]
        if not left:
            raise Contradiction(f"nothing fits at row {cell // 9 + 1}, column {cell % 9 + 1}")
        if left.bit_count() == 1:
            self.forced += 1
            for peer in peers(cell):
                self.remove(peer, left)

    def hidden_singles(self) -> bool:
        """Places digits that have only one place in some unit; whether there were any."""
        placed = False
        for unit in units():
            for digit in range(1, 10):
                bit = 1 << digit - 1
                places = [cell for cell in unit if self.masks[cell] & bit]
                if not places:
                    raise Contradiction(f"no place for {digit}")
                if len(places) == 1 and self.masks[places[0]] != bit:
                    self.place(places[0], digit)
                    placed = True
        return placed

    def propagate(self) -> None:
        while self.hidden_singles():
            pass

    @property
    def solved(self) -> bool:
        return all(mask.bit_count() == 1 for mask in self.masks)

    def __str__(self) -> str:
        def cell(mask: int) -> str:
            return str(mask.bit_length()) if mask.bit_count() == 1 else "."

        lines = []
        for row in range(9):
            groups = [" ".join(map(cell, self.masks[row * 9 + c : row * 9 + c + 3])) for c in (0, 3, 6)]
            lines.append(" | ".join(groups))
            if row in (2, 5):
                lines.append("------+-------+------")
        return "\n".join(lines)


class Solver:
    def __init__(self) -> None:
        self.guesses = 0
        self.depth = 0

    def solutions(self, board: Board, depth: int = 0) -> Iterator[Board]:
        self.depth = max(self.depth, depth)
        try:
            board.propagate()
        except Contradiction:
            return
        if board.solved:
            yield board
            return
        cell = min((c for c in range(81) if board.masks[c].bit_count() > 1), key=lambda c: board.masks[c].bit_count())
        for digit in digits(board.masks[cell]):
            self.guesses += 1
            attempt = board.copy()
            try:
                attempt.place(cell, digit)
            except Contradiction:
                continue
            yield from self.solutions(attempt, depth + 1)


def rate(solver: Solver) -> str:
    match solver.guesses:
        case 0:
            return "needs no guessing"
        case n if n < 10:
            return f"needs a few guesses ({n})"
        case n:
            return f"needs {n} guesses, {solver.depth} deep"


def verify(board: Board) -> bool:
    wanted = {1 << digit for digit in range(9)}
    return all({board.masks[cell] for cell in unit} == wanted for unit in units())


def main(args: list[str]) -> int:
    puzzles = {f"argument {i}": text for i, text in enumerate(args, 1)} or PUZZLES
    failures = 0
    for name, text in puzzles.items():
        print(f"== {name}")
        try:
            board = Board.parse(text)
        except (ValueError, Contradiction) as problem:
            print(f"{type(problem).__name__}: {problem}")
            failures += 1
            continue
        solver = Solver()
        found = solver.solutions(board)
        solution = next(found, None)
        if solution is None:
            print("no solution")
            failures += 1
            continue
        print(solution)
        another = next(found, None)
        print("valid" if verify(solution) else "WRONG", "-", "not unique" if another else "unique", "-", rate(solver))
    print(f"{len(puzzles) - failures} of {len(puzzles)} solved")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
