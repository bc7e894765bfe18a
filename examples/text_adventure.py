"""A small text adventure. Plays a built-in script unless given a file of commands, or `-` for the keyboard."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum

SCRIPT = """
look
take lamp
north
take rope
inventory
use lamp
north
examine chest
open chest
take crown
drop rope
south
go east
talk keeper
give crown
dance
inventory
score
quit
"""


class Direction(Enum):
    NORTH = "north"
    SOUTH = "south"
    EAST = "east"
    WEST = "west"

    @property
    def opposite(self) -> Direction:
        match self:
            case Direction.NORTH:
                return Direction.SOUTH
            case Direction.SOUTH:
                return Direction.NORTH
            case Direction.EAST:
                return Direction.WEST
            case Direction.WEST:
                return Direction.EAST


class Refusal(Exception):
    """What the player asked for cannot be done; the text says why."""


@dataclass
class Thing:
    name: str
    description: str
    portable: bool = True
    contents: list[Thing] = field(default_factory=list)
    is_open: bool = False

    def __str__(self) -> str:
        article = "an" if self.name[0] in "aeiou" else "a"
        return f"{article} {self.name}"


@dataclass
class Room:
    name: str
    description: str
    dark: bool = False
    exits: dict[Direction, Room] = field(default_factory=dict, repr=False)
    things: list[Thing] = field(default_factory=list)

    def connect(self, direction: Direction, other: Room) -> None:
        self.exits[direction] = other
        other.exits[direction.opposite] = self


def listing(things: Iterable[Thing]) -> str:
    match [str(thing) for thing in things]:
        case []:
            return "nothing"
        case [only]:
            return only
        case [*most, last]:
            return f"{', '.join(most)} and {last}"


class Game:
    def __init__(self) -> None:
        self.score = 0
        self.turns = 0
        self.over = False
        self.lit = False
        self.carried: list[Thing] = []
        self.here = self.build()

    def build(self) -> Room:
        hall = Room("Hall", "Dust covers the floor of a long hall. A draught comes from the north.")
        cellar = Room("Cellar", "Barrels line the walls, all of them empty. Steps lead down further north.")
        vault = Room("Vault", "A low vault of rough stone.", dark=True)
        tower = Room("Watch room", "A keeper sits by the window and counts ships.")
        hall.connect(Direction.NORTH, cellar)
        cellar.connect(Direction.NORTH, vault)
        cellar.connect(Direction.EAST, tower)
        hall.things.append(Thing("lamp", "An oil lamp, filled to the brim."))
        cellar.things.append(Thing("rope", "Ten metres of good hemp."))
        crown = Thing("crown", "Gold, and heavier than it looks.")
        vault.things.append(Thing("chest", "Iron bands, no lock.", portable=False, contents=[crown]))
        tower.things.append(Thing("keeper", "An old man with ink on his fingers.", portable=False))
        return hall

    def visible(self) -> Iterator[Thing]:
        if self.here.dark and not self.lit:
            return
        for thing in self.here.things:
            yield thing
            if thing.is_open:
                yield from thing.contents

    def find(self, name: str, among: Iterable[Thing]) -> Thing:
        for thing in among:
            if thing.name == name:
                return thing
        raise Refusal(f"You see no {name} here.")

    def do_look(self) -> str:
        if self.here.dark and not self.lit:
            return "It is pitch dark."
        exits = ", ".join(sorted(direction.value for direction in self.here.exits))
        lines = [f"-- {self.here.name} --", self.here.description, f"Exits: {exits}."]
        if things := list(self.visible()):
            lines.append(f"You see {listing(things)}.")
        return "\n".join(lines)

    def do_go(self, where: str) -> str:
        try:
            direction = Direction(where)
        except ValueError:
            raise Refusal(f"{where.title()} is not a direction.") from None
        if direction not in self.here.exits:
            raise Refusal(f"There is no way {where}.")
        self.here = self.here.exits[direction]
        return self.do_look()

    def do_take(self, name: str) -> str:
        thing = self.find(name, self.visible())
        if not thing.portable:
            raise Refusal(f"The {name} stays where it is.")
        for holder in [self.here.things, *[other.contents for other in self.here.things]]:
            if thing in holder:
                holder.remove(thing)
        self.carried.append(thing)
        self.score += 5
        return f"Taken: {thing}."

    def do_drop(self, name: str) -> str:
        thing = self.find(name, self.carried)
        self.carried.remove(thing)
        self.here.things.append(thing)
        return f"You put down the {name}."

    def do_inventory(self) -> str:
        return f"You carry {listing(self.carried)}."

    def do_examine(self, name: str) -> str:
        return self.find(name, [*self.visible(), *self.carried]).description

    def do_open(self, name: str) -> str:
        thing = self.find(name, self.visible())
        if not thing.contents:
            raise Refusal(f"The {name} has nothing to open.")
        if thing.is_open:
            raise Refusal("It is open already.")
        thing.is_open = True
        return f"Inside is {listing(thing.contents)}."

    def do_use(self, name: str) -> str:
        thing = self.find(name, self.carried)
        if thing.name != "lamp":
            raise Refusal(f"You turn the {name} over in your hands. Nothing happens.")
        self.lit = not self.lit
        return "The lamp burns with a steady flame." if self.lit else "The flame goes out."

    def do_talk(self, name: str) -> str:
        self.find(name, self.visible())
        if name != "keeper":
            raise Refusal(f"The {name} has little to say.")
        return '"The king left his crown below," says the keeper. "Bring it, and you may stay."'

    def do_give(self, name: str) -> str:
        thing = self.find(name, self.carried)
        self.find("keeper", self.visible())
        if thing.name != "crown":
            raise Refusal('"What would I do with that?" asks the keeper.')
        self.carried.remove(thing)
        self.score += 50
        return "The keeper bows and hands you the key to the tower. You have a home."

    def do_score(self) -> str:
        return f"{self.score} points in {self.turns} turns."

    def do_quit(self) -> str:
        self.over = True
        return "Farewell."

    def execute(self, line: str) -> str:
        self.turns += 1
        match line.lower().split():
            case ["n" | "north" | "s" | "south" | "e" | "east" | "w" | "west" as where]:
                full = next(d.value for d in Direction if d.value.startswith(where))
                return self.do_go(full)
            case [verb, *rest]:
                action: Callable[..., str] | None = getattr(self, f"do_{verb}", None)
                if action is None:
                    raise Refusal(f'You do not know how to "{verb}".')
                try:
                    return action(*rest)
                except TypeError:
                    raise Refusal(f"{verb.title()} what?" if not rest else "Say that more simply.") from None
            case _:
                raise Refusal("Silence is golden.")


def commands(args: list[str]) -> Iterable[str]:
    match args:
        case []:
            return SCRIPT.strip().splitlines()
        case ["-"]:
            return sys.stdin
        case [path, *_]:
            with open(path) as file:
                return file.readlines()


def main(args: list[str]) -> int:
    game = Game()
    print(textwrap.fill("You wake on cold flagstones. Somewhere above, a gull cries.", 60))
    for line in commands(args):
        print(f"\n> {line.strip()}")
        try:
            answer = game.execute(line)
        except Refusal as refusal:
            answer = str(refusal)
        for paragraph in answer.splitlines():
            print(textwrap.fill(paragraph, 60))
        if game.over:
            break
    print(f"\n({game.do_score()})")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
