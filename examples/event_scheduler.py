"""An event loop of our own: coroutines, timers, queues, cancellation and timeouts, run on simulated time."""

from __future__ import annotations

import heapq
import sys
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Generator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any


class Cancelled(BaseException):
    """Thrown into a task that is to end."""


class TimedOut(Exception):
    pass


class Future[T]:
    """A value that will be there later."""

    def __init__(self, loop: Loop):
        self.loop = loop
        self.done = False
        self._value: T | None = None
        self._error: BaseException | None = None
        self._waiting: list[Callable[[], None]] = []

    def set(self, value: T | None = None, error: BaseException | None = None) -> None:
        if self.done:
            return
        self.done, self._value, self._error = True, value, error
        for callback in self._waiting:
            self.loop.call_soon(callback)

    def when_done(self, callback: Callable[[], None]) -> None:
        if self.done:
            self.loop.call_soon(callback)
        else:
            self._waiting.append(callback)

    def result(self) -> T:
        if self._error is not None:
            raise self._error
        return self._value

    def __await__(self) -> Generator[Future[T], None, T]:
        if not self.done:
            yield self
        return self.result()


class Task[T](Future[T]):
    def __init__(self, loop: Loop, coroutine: Coroutine[Any, Any, T], name: str):
        super().__init__(loop)
        self.coroutine, self.name = coroutine, name
        self._cancelling = False
        loop.call_soon(self._step)

    def __repr__(self) -> str:
        return f"<Task {self.name} {'done' if self.done else 'pending'}>"

    def cancel(self) -> None:
        if not self.done:
            self._cancelling = True
            self.loop.call_soon(self._step)

    def _step(self) -> None:
        if self.done:
            return
        try:
            if self._cancelling:
                self._cancelling = False
                waited_for = self.coroutine.throw(Cancelled(self.name))
            else:
                waited_for = self.coroutine.send(None)
        except StopIteration as stop:
            self.set(stop.value)
        except (Exception, Cancelled) as error:
            self.set(error=error)
        else:
            waited_for.when_done(self._step)


@dataclass(order=True)
class Timer:
    time: float
    order: int
    callback: Callable[[], None] = field(compare=False)


class Loop:
    def __init__(self) -> None:
        self.now = 0.0
        self._ready: deque[Callable[[], None]] = deque()
        self._timers: list[Timer] = []
        self._order = count()
        self.steps = 0

    def call_soon(self, callback: Callable[[], None]) -> None:
        self._ready.append(callback)

    def call_later(self, delay: float, callback: Callable[[], None]) -> None:
        heapq.heappush(self._timers, Timer(self.now + delay, next(self._order), callback))

    def spawn[T](self, coroutine: Coroutine[Any, Any, T], name: str = "") -> Task[T]:
        return Task(self, coroutine, name or coroutine.__name__)

    def sleep(self, delay: float) -> Future[None]:
        future: Future[None] = Future(self)
        self.call_later(delay, future.set)
        return future

    async def gather(self, *tasks: Awaitable[Any]) -> list[Any]:
        spawned = [task if isinstance(task, Future) else self.spawn(task) for task in tasks]
        return [await task for task in spawned]

    async def timeout[T](self, delay: float, coroutine: Coroutine[Any, Any, T]) -> T:
        task = self.spawn(coroutine)
        self.call_later(delay, task.cancel)
        try:
            return await task
        except Cancelled:
            raise TimedOut(f"after {delay:g} s") from None

    def run[T](self, coroutine: Coroutine[Any, Any, T]) -> T:
        main = self.spawn(coroutine, "main")
        while not main.done:
            while self._ready:
                self._ready.popleft()()
                self.steps += 1
            if main.done:
                break
            if not self._timers:
                raise RuntimeError(f"deadlock: {main!r} waits for nothing that will happen")
            timer = heapq.heappop(self._timers)
            self.now = timer.time
            timer.callback()
        return main.result()


class Queue[T]:
    def __init__(self, loop: Loop, room: int):
        self.loop, self.room = loop, room
        self._items: deque[T] = deque()
        self._getters: deque[Future[None]] = deque()
        self._putters: deque[Future[None]] = deque()

    async def put(self, item: T) -> None:
        while len(self._items) >= self.room:
            future: Future[None] = Future(self.loop)
            self._putters.append(future)
            await future
        self._items.append(item)
        if self._getters:
            self._getters.popleft().set()

    async def get(self) -> T:
        while not self._items:
            future: Future[None] = Future(self.loop)
            self._getters.append(future)
            await future
        item = self._items.popleft()
        if self._putters:
            self._putters.popleft().set()
        return item


class Semaphore:
    def __init__(self, loop: Loop, free: int):
        self.loop, self.free = loop, free
        self._waiting: deque[Future[None]] = deque()

    async def __aenter__(self) -> Semaphore:
        while self.free == 0:
            future: Future[None] = Future(self.loop)
            self._waiting.append(future)
            await future
        self.free -= 1
        return self

    async def __aexit__(self, *exc_info) -> None:
        self.free += 1
        if self._waiting:
            self._waiting.popleft().set()


class Workshop:
    """What the simulation is of: orders come in, are cut, painted and shipped."""

    def __init__(self, loop: Loop):
        self.loop = loop
        self.saws = Semaphore(loop, 2)
        self.log: list[tuple[float, str]] = []

    def say(self, text: str) -> None:
        self.log.append((self.loop.now, text))
        print(f"{self.loop.now:6.2f}  {text}")

    async def orders(self, amount: int) -> AsyncIterator[int]:
        for number in range(1, amount + 1):
            await self.loop.sleep(0.5)
            yield number

    @asynccontextmanager
    async def shift(self, name: str):
        self.say(f"{name} begins")
        try:
            yield
        finally:
            await self.loop.sleep(0.1)
            self.say(f"{name} ends")

    async def reception(self, queue: Queue[int | None], amount: int, workers: int) -> None:
        async for number in self.orders(amount):
            await queue.put(number)
            self.say(f"order {number} accepted")
        for _ in range(workers):
            await queue.put(None)

    async def worker(self, name: str, queue: Queue[int | None]) -> int:
        done = 0
        async with self.shift(name):
            while (number := await queue.get()) is not None:
                async with self.saws:
                    await self.loop.sleep(0.3 + number % 3 * 0.4)
                try:
                    await self.loop.timeout(1.0, self.paint(number))
                except TimedOut as problem:
                    self.say(f"{name}: order {number} not painted {problem}")
                except ValueError as problem:
                    self.say(f"{name}: {problem}")
                else:
                    self.say(f"{name}: order {number} shipped")
                    done += 1
        return done

    async def paint(self, number: int) -> None:
        try:
            if number == 4:
                raise ValueError(f"no paint for order {number}")
            await self.loop.sleep(1.5 if number == 3 else 0.2)
        except Cancelled:
            self.say(f"brush put down on order {number}")
            raise


async def main(loop: Loop) -> dict[str, int]:
    workshop = Workshop(loop)
    queue: Queue[int | None] = Queue(loop, 2)
    names = ["ann", "bob", "cy"]
    workers = [loop.spawn(workshop.worker(name, queue), name) for name in names]
    _, *shipped = await loop.gather(workshop.reception(queue, 8, len(workers)), *workers)
    print(workers[0], [task.done for task in workers])
    return dict(zip(names, shipped))


async def forever(loop: Loop) -> None:
    await Future(loop)


def run() -> int:
    loop = Loop()
    print(loop.run(main(loop)), f"{loop.now:.2f} s, {loop.steps} steps")
    try:
        Loop().run(forever(loop))
    except RuntimeError as problem:
        print(problem)
    return 0


if __name__ == "__main__":
    sys.exit(run())
