"""Makes mazes by three algorithms and solves them by three others."""

from __future__ import annotations

import heapq
import sys
from collections import deque
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from enum import Flag, auto
from functools import partial

type Cell = tuple[int, int]


class Wall(Flag):
    NONE = 0
    NORTH = auto()
    EAST = auto()
    SOUTH = auto()
    WEST = auto()
    ALL = NORTH | EAST | SOUTH | WEST


STEPS = {Wall.NORTH: (0, -1), Wall.EAST: (1, 0), Wall.SOUTH: (0, 1), Wall.WEST: (-1, 0)}
OPPOSITE = {Wall.NORTH: Wall.SOUTH, Wall.SOUTH: Wall.NORTH, Wall.EAST: Wall.WEST, Wall.WEST: Wall.EAST}


class Random:
    """A xorshift generator, so that a seed gives the same maze everywhere."""

    def __init__(self, seed: int):
        self.state = seed * 0x9E3779B97F4A7C15 % 2**64 or 1

    def below(self, n: int) -> int:
        x = self.state
        x ^= x << 13 & 0xFFFFFFFFFFFFFFFF
        x ^= x >> 7
        x ^= x << 17 & 0xFFFFFFFFFFFFFFFF
        self.state = x
        return (x >> 11) % n

    def choice[T](self, items: list[T]) -> T:
        return items[self.below(len(items))]

    def shuffled[T](self, items: list[T]) -> list[T]:
        result = items[:]
        for i in range(len(result) - 1, 0, -1):
            j = self.below(i + 1)
            result[i], result[j] = result[j], result[i]
        return result


@dataclass
class Maze:
    width: int
    height: int
    walls: dict[Cell, Wall] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.walls = {cell: Wall.ALL for cell in self}

    def __iter__(self) -> Iterator[Cell]:
        return ((x, y) for y in range(self.height) for x in range(self.width))

    def __contains__(self, cell: Cell) -> bool:
        x, y = cell
        return 0 <= x < self.width and 0 <= y < self.height

    def neighbours(self, cell: Cell) -> Iterator[tuple[Wall, Cell]]:
        x, y = cell
        for wall, (dx, dy) in STEPS.items():
            if (other := (x + dx, y + dy)) in self:
                yield wall, other

    def carve(self, cell: Cell, wall: Wall) -> Cell:
        dx, dy = STEPS[wall]
        other = cell[0] + dx, cell[1] + dy
        self.walls[cell] &= ~wall
        self.walls[other] &= ~OPPOSITE[wall]
        return other

    def open_from(self, cell: Cell) -> Iterator[Cell]:
        return (other for wall, other in self.neighbours(cell) if wall not in self.walls[cell])

    def draw(self, path: list[Cell] = ()) -> Iterator[str]:
        marked = set(path)
        yield "+" + "--+" * self.width
        for y in range(self.height):
            line, floor = "|", "+"
            for x in range(self.width):
                walls = self.walls[x, y]
                line += (".." if (x, y) in marked else "  ") + ("|" if Wall.EAST in walls else " ")
                floor += ("--" if Wall.SOUTH in walls else "  ") + "+"
            yield line
            yield floor

    @property
    def dead_ends(self) -> int:
        return sum(walls.value.bit_count() == 3 for walls in self.walls.values())


def depth_first(maze: Maze, random: Random) -> None:
    stack: list[Cell] = [(0, 0)]
    seen = {(0, 0)}
    while stack:
        options = [(wall, other) for wall, other in maze.neighbours(stack[-1]) if other not in seen]
        if not options:
            stack.pop()
            continue
        wall, other = random.choice(options)
        maze.carve(stack[-1], wall)
        seen.add(other)
        stack.append(other)


def by_kruskal(maze: Maze, random: Random) -> None:
    parent: dict[Cell, Cell] = {cell: cell for cell in maze}

    def root(cell: Cell) -> Cell:
        while parent[cell] != cell:
            parent[cell] = cell = parent[parent[cell]]
        return cell

    edges = [(cell, wall) for cell in maze for wall, _ in maze.neighbours(cell) if wall in Wall.EAST | Wall.SOUTH]
    for cell, wall in random.shuffled(edges):
        dx, dy = STEPS[wall]
        a, b = root(cell), root((cell[0] + dx, cell[1] + dy))
        if a != b:
            parent[a] = b
            maze.carve(cell, wall)


def by_division(maze: Maze, random: Random) -> None:
    for cell in maze:
        for wall, _ in maze.neighbours(cell):
            maze.walls[cell] &= ~wall

    def build(cell: Cell, wall: Wall) -> None:
        dx, dy = STEPS[wall]
        maze.walls[cell] |= wall
        maze.walls[cell[0] + dx, cell[1] + dy] |= OPPOSITE[wall]

    def divide(x: int, y: int, width: int, height: int) -> None:
        if width < 2 or height < 2:
            return
        if width < height or width == height and random.below(2):
            at, gap = y + random.below(height - 1), x + random.below(width)
            for column in range(x, x + width):
                if column != gap:
                    build((column, at), Wall.SOUTH)
            divide(x, y, width, at - y + 1)
            divide(x, at + 1, width, y + height - at - 1)
        else:
            at, gap = x + random.below(width - 1), y + random.below(height)
            for row in range(y, y + height):
                if row != gap:
                    build((at, row), Wall.EAST)
            divide(x, y, at - x + 1, height)
            divide(at + 1, y, x + width - at - 1, height)

    divide(0, 0, maze.width, maze.height)


def trace(came_from: dict[Cell, Cell | None], goal: Cell) -> list[Cell]:
    path: list[Cell] = []
    step: Cell | None = goal
    while step is not None:
        path.append(step)
        step = came_from[step]
    return path[::-1]


def breadth_first(maze: Maze, start: Cell, goal: Cell) -> tuple[list[Cell], int]:
    came_from: dict[Cell, Cell | None] = {start: None}
    queue = deque([start])
    while queue and (cell := queue.popleft()) != goal:
        for other in maze.open_from(cell):
            if other not in came_from:
                came_from[other] = cell
                queue.append(other)
    return trace(came_from, goal), len(came_from)


def a_star(maze: Maze, start: Cell, goal: Cell) -> tuple[list[Cell], int]:
    def left(cell: Cell) -> int:
        return abs(cell[0] - goal[0]) + abs(cell[1] - goal[1])

    came_from: dict[Cell, Cell | None] = {start: None}
    cost = {start: 0}
    queue = [(left(start), start)]
    while queue:
        _, cell = heapq.heappop(queue)
        if cell == goal:
            break
        for other in maze.open_from(cell):
            if (step := cost[cell] + 1) < cost.get(other, sys.maxsize):
                cost[other], came_from[other] = step, cell
                heapq.heappush(queue, (step + left(other), other))
    return trace(came_from, goal), len(cost)


def wall_follower(maze: Maze, start: Cell, goal: Cell) -> tuple[list[Cell], int]:
    """Keeps the right hand on the wall; a generator walks, the loops are cut out of its path afterwards."""
    order = [Wall.NORTH, Wall.EAST, Wall.SOUTH, Wall.WEST]

    def walk() -> Generator[Cell]:
        cell, heading = start, 1
        while cell != goal:
            for turn in (1, 0, -1, 2):
                wall = order[(heading + turn) % 4]
                if wall not in maze.walls[cell]:
                    heading = (heading + turn) % 4
                    cell = cell[0] + STEPS[wall][0], cell[1] + STEPS[wall][1]
                    break
            yield cell

    path, steps = [start], 0
    for cell in walk():
        steps += 1
        if cell in path:
            del path[path.index(cell) + 1 :]
        else:
            path.append(cell)
    return path, steps


MAKERS: dict[str, Callable[[Maze, Random], None]] = {
    "depth first": depth_first,
    "kruskal": by_kruskal,
    "division": by_division,
}


def main(args: list[str]) -> int:
    width, height = map(int, args[:2]) if len(args) > 1 else (18, 8)
    start, goal = (0, 0), (width - 1, height - 1)
    for seed, (name, make) in enumerate(MAKERS.items(), 1):
        maze = Maze(width, height)
        make(maze, Random(seed))
        solvers = [partial(solve, maze, start, goal) for solve in (breadth_first, a_star, wall_follower)]
        (path, *others) = [solve() for solve in solvers]
        print(f"{name}: {maze}, {maze.dead_ends} dead ends, way of {len(path[0])} cells")
        print(*maze.draw(path[0]), sep="\n")
        print("same way:", all(other == path[0] for other, _ in others), "| effort:", path[1], *[n for _, n in others])
    print(Wall.NORTH | Wall.EAST, ~Wall.NORTH, Wall(0), Wall.ALL & ~Wall.ALL is Wall.NONE)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
