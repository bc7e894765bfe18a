async def numbers():
    try:
        for i in range(5):
            yield i
    finally:
        print("numbers closed")


async def main():
    async for n in numbers():
        print(n)
    g = numbers()
    print(await g.__anext__())
    await g.aclose()
    try:
        await g.__anext__()
    except StopAsyncIteration:
        print("stop async")
    g = numbers()
    await anext(g)
    try:
        await g.athrow(ValueError("x"))
    except ValueError as e:
        print("thrown", e)
    result = [i + j async for i in numbers() if i % 2 for j in (10, 20)]
    print(result)
    print(sum([x async for x in numbers()]))
    return [await c for c in (ret(1), ret(2))]


async def ret(x): return x


import asyncio
print(asyncio.run(main()))
from contextlib import asynccontextmanager, AsyncExitStack


@asynccontextmanager
async def managed(n):
    print("open", n)
    try:
        yield n
    except ValueError as e:
        print("swallowed", e)
    finally:
        print("close", n)


async def second():
    async with managed(1) as a:
        print(a)
        raise ValueError("v")
    async with AsyncExitStack() as s:
        for i in range(2):
            await s.enter_async_context(managed(i))
    sem = asyncio.Semaphore(2)
    order = []
    async def work(i):
        async with sem:
            order.append(i)
            await asyncio.sleep(0.001 * (3 - i))
    await asyncio.gather(*map(work, range(4)))
    print(order)


asyncio.run(second())
