import asyncio


async def add(a, b):
    await asyncio.sleep(0)
    return a + b


async def main():
    print(await add(1, 2))
    print(await asyncio.gather(add(1, 1), add(2, 2), add(3, 3)))
    t = asyncio.create_task(add(5, 5), name="t5")
    print(t.get_name(), t.done())
    print(await t, t.done(), t.result())
    try:
        await asyncio.wait_for(asyncio.sleep(10), 0.01)
    except TimeoutError as e:
        print("timeout", type(e).__name__)
    t = asyncio.create_task(asyncio.sleep(10))
    await asyncio.sleep(0)
    t.cancel()
    try:
        await t
    except asyncio.CancelledError:
        print("cancelled", t.cancelled())
    res = await asyncio.gather(add(1, "x"), add(1, 2), return_exceptions=True)
    print(type(res[0]).__name__, res[1])
    async with asyncio.TaskGroup() as tg:
        ts = [tg.create_task(add(i, i)) for i in range(3)]
    print([t.result() for t in ts])
    try:
        async with asyncio.TaskGroup() as tg:
            tg.create_task(add(1, None))
            tg.create_task(asyncio.sleep(10))
    except* TypeError as eg:
        print(len(eg.exceptions), eg.exceptions[0])
    lock = asyncio.Lock()
    async with lock:
        print(lock.locked())
    q = asyncio.Queue()
    await q.put(1)
    print(await q.get(), q.empty())
    ev = asyncio.Event()
    asyncio.get_running_loop().call_soon(ev.set)
    await ev.wait()
    async with asyncio.timeout(5):
        print("in time")
    return "done"


print(asyncio.run(main()))
