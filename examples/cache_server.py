"""Simulates a key-value server with an LRU cache, expiry, statistics and a line protocol."""

from __future__ import annotations

import shlex
import sys
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import ClassVar


class Clock:
    """Time that moves only when told to."""

    def __init__(self) -> None:
        self.now = 0

    def advance(self, seconds: int) -> None:
        if seconds < 0:
            raise ValueError("time does not run backwards")
        self.now += seconds


@dataclass(slots=True)
class Entry:
    value: str
    expires: int | None = None
    version: int = 1
    hits: int = field(default=0, compare=False)


class Node[K, V]:
    __slots__ = ("key", "value", "before", "after")

    def __init__(self, key: K | None = None, value: V | None = None):
        self.key, self.value = key, value
        self.before = self.after = self


class LinkedLru[K, V]:
    """A map that forgets what was used least recently: a dict into a ring of nodes."""

    def __init__(self, capacity: int, on_evict: Callable[[K, V], None] | None = None):
        if capacity < 1:
            raise ValueError("a cache needs room for something")
        self.capacity = capacity
        self.on_evict = on_evict
        self._nodes: dict[K, Node[K, V]] = {}
        self._ring: Node[K, V] = Node()

    def _unlink(self, node: Node[K, V]) -> None:
        node.before.after, node.after.before = node.after, node.before

    def _push(self, node: Node[K, V]) -> None:
        first = self._ring.after
        node.before, node.after = self._ring, first
        self._ring.after = first.before = node

    def __getitem__(self, key: K) -> V:
        node = self._nodes[key]
        self._unlink(node)
        self._push(node)
        return node.value

    def __setitem__(self, key: K, value: V) -> None:
        if node := self._nodes.get(key):
            node.value = value
            self._unlink(node)
        else:
            if len(self) >= self.capacity:
                self._evict()
            node = self._nodes[key] = Node(key, value)
        self._push(node)

    def __delitem__(self, key: K) -> None:
        self._unlink(self._nodes.pop(key))

    def __contains__(self, key: K) -> bool:
        return key in self._nodes

    def __len__(self) -> int:
        return len(self._nodes)

    def __iter__(self) -> Iterator[K]:
        node = self._ring.after
        while node is not self._ring:
            yield node.key
            node = node.after

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(map(str, self))})"

    def _evict(self) -> None:
        oldest = self._ring.before
        self._unlink(oldest)
        del self._nodes[oldest.key]
        if self.on_evict:
            self.on_evict(oldest.key, oldest.value)


class OrderedLru[K, V](OrderedDict[K, V]):
    """The same, on an OrderedDict, to check the other against."""

    def __init__(self, capacity: int):
        super().__init__()
        self.capacity = capacity

    def __getitem__(self, key: K) -> V:
        self.move_to_end(key, last=False)
        return super().__getitem__(key)

    def __setitem__(self, key: K, value: V) -> None:
        if key not in self and len(self) >= self.capacity:
            self.popitem(last=True)
        super().__setitem__(key, value)
        self.move_to_end(key, last=False)


class ProtocolError(Exception):
    code: ClassVar[str] = "ERR"


class WrongArguments(ProtocolError):
    code = "ARGS"


class Locked(ProtocolError):
    code = "LOCK"


def command(*names: str):
    """Registers a method as the handler of some commands."""

    def mark(method):
        method.commands = names
        return method

    return mark


class Server:
    handlers: ClassVar[dict[str, Callable]] = {}

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.handlers = Server.handlers | cls.collect()

    @classmethod
    def collect(cls) -> dict[str, Callable]:
        return {name: m for m in vars(cls).values() for name in getattr(m, "commands", ())}

    def __init__(self, capacity: int, clock: Clock):
        self.clock = clock
        self.entries: LinkedLru[str, Entry] = LinkedLru(capacity, self.evicted)
        self.stats = dict.fromkeys(("hit", "miss", "expired", "evicted", "error"), 0)
        self.locked = False

    def evicted(self, key: str, entry: Entry) -> None:
        self.stats["evicted"] += 1
        print(f"    (evicted {key} after {entry.hits} hits)")

    @contextmanager
    def lock(self) -> Iterator[None]:
        if self.locked:
            raise Locked("already in a transaction")
        self.locked = True
        try:
            yield
        finally:
            self.locked = False

    def lookup(self, key: str) -> Entry | None:
        if key not in self.entries:
            self.stats["miss"] += 1
            return None
        entry = self.entries[key]
        if entry.expires is not None and entry.expires <= self.clock.now:
            del self.entries[key]
            self.stats["expired"] += 1
            return None
        entry.hits += 1
        self.stats["hit"] += 1
        return entry

    @command("GET")
    def get(self, key: str) -> str:
        return entry.value if (entry := self.lookup(key)) else "(nil)"

    @command("SET", "PUT")
    def set(self, key: str, value: str, ttl: str = "") -> str:
        expires = self.clock.now + int(ttl) if ttl else None
        version = old.version + 1 if key in self.entries and (old := self.entries[key]) else 1
        self.entries[key] = Entry(value, expires, version)
        return f"OK v{version}"

    @command("DEL")
    def delete(self, *keys: str) -> str:
        present = [key for key in keys if key in self.entries]
        for key in present:
            del self.entries[key]
        return str(len(present))

    @command("INCR", "DECR")
    def increment(self, key: str, by: str = "1") -> str:
        entry = self.lookup(key)
        total = int(entry.value if entry else 0) + int(by)
        self.set(key, str(total))
        return str(total)

    @command("KEYS")
    def keys(self) -> str:
        return " ".join(self.entries) or "(empty)"

    @command("WAIT")
    def wait(self, seconds: str) -> str:
        self.clock.advance(int(seconds))
        return f"t={self.clock.now}"

    @command("MULTI")
    def multi(self, *lines: str) -> str:
        with self.lock():
            return "[" + ", ".join(self.execute(line) for line in lines) + "]"

    @command("STATS")
    def report(self) -> str:
        return " ".join(f"{name}={count}" for name, count in self.stats.items())

    def execute(self, line: str) -> str:
        try:
            name, *args = shlex.split(line)
        except ValueError as error:
            return self.failed(ProtocolError(f"cannot parse: {error}"))
        handler = self.handlers.get(name.upper())
        try:
            if handler is None:
                raise ProtocolError(f"unknown command {name}")
            try:
                return handler(self, *args)
            except TypeError as error:
                raise WrongArguments(f"{name} does not take {len(args)} arguments") from error
            except ValueError as error:
                raise ProtocolError(str(error)) from error
        except ProtocolError as error:
            return self.failed(error)

    def failed(self, error: ProtocolError) -> str:
        self.stats["error"] += 1
        return f"{error.code} {error}"


Server.handlers = Server.collect()


class AuditedServer(Server):
    def __init__(self, capacity: int, clock: Clock):
        super().__init__(capacity, clock)
        self.journal: list[tuple[int, str]] = []

    def execute(self, line: str) -> str:
        self.journal.append((self.clock.now, line))
        return super().execute(line)

    @command("LOG")
    def log(self, count: str = "3") -> str:
        return "; ".join(f"{time}:{line.split()[0]}" for time, line in self.journal[-int(count) :])


SESSION = """
SET a 1
SET b "two words" 10
SET c 3
GET a
KEYS
SET d 4
GET b
WAIT 10
GET c
GET b
INCR a 41
INCR a
INCR d x
SET e 5
SET f 6
KEYS
DEL e nothing f
GET
FLY away
SET "unclosed
MULTI "INCR n" "INCR n 10" "GET n" "MULTI"
LOG
WAIT -5
STATS
"""


def compare_caches(rounds: int) -> bool:
    mine, reference = LinkedLru[int, int](16), OrderedLru[int, int](16)
    seed = 99
    for _ in range(rounds):
        seed = (seed * 1103515245 + 12345) % 2**31
        key = seed // 65536 % 40
        for cache in (mine, reference):
            if key in cache and seed % 3:
                cache[key] += 1
            elif key in cache and seed % 7 == 0:
                del cache[key]
            else:
                cache[key] = seed
    return list(mine) == list(reference) and all(mine[key] == reference[key] for key in list(reference))


def main() -> int:
    server = AuditedServer(3, Clock())
    for line in SESSION.strip().splitlines():
        print(f"{line}\n  {server.execute(line)}")
    print("caches agree:", compare_caches(3000))
    try:
        LinkedLru(0)
    except ValueError as error:
        print("refused:", error)
    return 0


if __name__ == "__main__":
    sys.exit(main())
