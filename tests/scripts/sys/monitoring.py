import sys
m = sys.monitoring; E = m.events
m.use_tool_id(3, "test"); print(m.get_tool(3), m.get_tool(4))
log = []
def add(name): return lambda *a: log.append((name, *[getattr(x, "co_name", x if isinstance(x, (int, str)) else type(x).__name__) for x in a]))
for n in ("PY_START", "PY_RETURN", "LINE", "CALL", "RAISE", "JUMP", "BRANCH_LEFT", "BRANCH_RIGHT", "C_RETURN", "PY_UNWIND", "EXCEPTION_HANDLED"): m.register_callback(3, getattr(E, n), add(n))
def f(n):
    total = 0
    for i in range(n):
        if i % 2: total += abs(i)
    try: 1 / 0
    except ZeroDivisionError: pass
    return total
m.set_local_events(3, f.__code__, E.LINE | E.PY_START | E.PY_RETURN | E.CALL | E.JUMP | E.BRANCH_LEFT | E.BRANCH_RIGHT)
f(2); m.set_local_events(3, f.__code__, 0)
for l in log: print(l)
log.clear(); m.set_events(3, E.RAISE | E.EXCEPTION_HANDLED | E.PY_UNWIND); f(0); m.set_events(3, 0); print(log)
print(m.get_events(3), m.get_local_events(3, f.__code__)); m.free_tool_id(3); print(m.get_tool(3))
def once(code, line): seen.append(line - code.co_firstlineno); return m.DISABLE
seen = []; m.use_tool_id(2, "cov"); m.register_callback(2, E.LINE, once); m.set_local_events(2, f.__code__, E.LINE); f(3); f(3); print(seen); m.restart_events(); f(0); print(seen); m.free_tool_id(2)
for bad in (lambda: m.use_tool_id(9, "x"), lambda: m.set_events(1, 1), lambda: m.use_tool_id(1, 5), lambda: m.register_callback(1, 3, None)):
    try: bad()
    except (ValueError, TypeError) as e: print(type(e).__name__, e)
