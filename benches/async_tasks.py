"""Coroutines scheduled by asyncio."""

import asyncio


async def leaf(n):
    await asyncio.sleep(0)
    return n & 7


async def branch(n):
    total = 0
    for i in range(6):
        total += await leaf(n + i)
    return total


async def stream(n):
    for i in range(n):
        yield i
        if i % 64 == 0:
            await asyncio.sleep(0)


async def produce(queue, n):
    for i in range(n):
        await queue.put(i)
    await queue.put(None)


async def consume(queue):
    total = 0
    while (item := await queue.get()) is not None:
        total += item
    return total


async def main():
    results = await asyncio.gather(*[branch(n) for n in range(14_000)])
    total = sum([i async for i in stream(500_000) if i % 3 == 0])
    queue = asyncio.Queue(maxsize=16)
    async with asyncio.TaskGroup() as group:
        group.create_task(produce(queue, 80_000))
        consumer = group.create_task(consume(queue))
    return sum(results), total, consumer.result()


print(*asyncio.run(main()))
