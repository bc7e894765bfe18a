import threading, queue, time
results, lock = [], threading.Lock()
def work(i):
    with lock: results.append(i * i)
ts = [threading.Thread(target=work, args=(i,), name=f"T{i}") for i in range(5)]
for t in ts: t.start()
for t in ts: t.join()
print(sorted(results), ts[0].name, ts[0].is_alive(), threading.current_thread().name, threading.active_count(), threading.main_thread().name)
q = queue.Queue(maxsize=2); out = []
def consumer():
    while (x := q.get()) is not None: out.append(x); q.task_done()
    q.task_done()
c = threading.Thread(target=consumer); c.start()
for i in range(5): q.put(i)
q.put(None); q.join(); c.join(); print(out, q.empty())
e = threading.Event(); t = threading.Timer(0.01, e.set); t.start(); print(e.wait(5), e.is_set())
s = threading.Semaphore(2); print(s.acquire(), s.acquire(blocking=False), s.acquire(blocking=False)); b = threading.Barrier(2); th = threading.Thread(target=b.wait); th.start(); b.wait(); th.join()
loc = threading.local(); loc.x = 1
def see(): print(hasattr(loc, "x"))
t = threading.Thread(target=see); t.start(); t.join()
rl = threading.RLock()
with rl, rl: print("reentrant")
cond = threading.Condition(); ready = []
def waiter():
    with cond: cond.wait_for(lambda: ready); ready.append("seen")
w = threading.Thread(target=waiter); w.start()
with cond: ready.append(1); cond.notify_all()
w.join(); print(ready)
from concurrent.futures import ThreadPoolExecutor, as_completed
with ThreadPoolExecutor(2) as ex:
    print(list(ex.map(lambda x: x * 2, range(4))), ex.submit(pow, 2, 5).result()); f = ex.submit(lambda: 1 / 0); print(type(f.exception()).__name__, sorted(x.result() for x in as_completed([ex.submit(abs, -i) for i in range(3)])))
try: lock.release()
except RuntimeError as e: print(e)
total = 0
def add():
    global total
    for _ in range(10000):
        with lock: total += 1
ts = [threading.Thread(target=add) for _ in range(4)]; [t.start() for t in ts]; [t.join() for t in ts]; print(total)
pq = queue.PriorityQueue(); [pq.put(x) for x in (3, 1, 2)]; print([pq.get() for _ in range(3)]); lq = queue.LifoQueue(); lq.put(1); lq.put(2); print(lq.get())
try: queue.Queue().get_nowait()
except queue.Empty as e: print("empty")
threading.excepthook = lambda a: print("hook", a.exc_type.__name__, a.thread.name); t = threading.Thread(target=lambda: 1 / 0, name="bad"); t.start(); t.join()
