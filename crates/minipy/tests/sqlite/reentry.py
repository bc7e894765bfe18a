# Python code that SQLite calls closes, redefines and restarts what is at work.
import gc
import sqlite3
import weakref


depth = 0


def limited(action, con):
    """The action, not from within itself more than once: it would go on for ever."""
    global depth
    if depth < 2:
        depth += 1
        try:
            return action(con)
        finally:
            depth -= 1


def attempt(function):
    """Anything but a crash will do; which error it is depends on where SQLite notices."""
    try:
        function()
    except Exception:
        pass


def database():
    con = sqlite3.connect(":memory:")
    con.execute("create table t(x)")
    con.executemany("insert into t values(?)", ((i,) for i in range(50)))
    con.execute("create table b(x blob)")
    con.execute("insert into b values(zeroblob(10))")
    con.commit()
    return con


def rows(con, sql):
    attempt(lambda: con.execute(sql).fetchall())


def by_function(con, action):
    con.create_function("f", 0, action)
    rows(con, "select f() from t")


def by_progress(con, action):
    con.set_progress_handler(action, 1)
    rows(con, "select x from t order by x")


def by_trace(con, action):
    con.set_trace_callback(lambda sql: action())
    rows(con, "select x from t")


def by_authorizer(con, action):
    con.set_authorizer(lambda *args: action() or 0)
    rows(con, "select x from t")


def by_collation(con, action):
    con.create_collation("c", lambda a, b: action() or 0)
    rows(con, "select cast(x as text) y from t order by y collate c")


def by_aggregate(con, action):
    class Aggregate:
        def step(self, *args):
            action()

        inverse = step
        value = finalize = lambda self: action() or 1

    con.create_window_function("a", -1, Aggregate)
    rows(con, "select a(x) from t")
    rows(con, "select a(x) over (order by x rows between 1 preceding and 1 following) from t")


def by_row_factory(con, action):
    con.row_factory = lambda cursor, row: action()
    rows(con, "select x from t")


def by_text_factory(con, action):
    con.text_factory = lambda data: action()
    rows(con, "select 'a' from t")


def by_converter(con, action):
    sqlite3.register_converter("c", lambda data: action())
    rows(con, 'select x as "x [c]" from t')


def by_parameters(con, action):
    def parameters():
        yield (1,)
        action()
        yield (2,)

    attempt(lambda: con.executemany("insert into t values(?)", parameters()))


def by_adaption(con, action):
    class Value:
        def __conform__(self, protocol):
            action()
            return 5

    attempt(lambda: con.execute("insert into t values(?)", (Value(),)).fetchall())
    attempt(lambda: con.execute("select ?, x from t", (Value(),)).fetchall())


def by_backup(con, action):
    target = sqlite3.connect(":memory:")
    for step in action, target.close:
        calls = []

        def progress(*args):
            # A transaction that the action leaves open would keep the backup from ending.
            if len(calls) == 3:
                raise TimeoutError
            calls.append(args)
            step()

        attempt(lambda: con.backup(target, pages=1, progress=progress, sleep=0))


def by_blob(con, action):
    class Index:
        def __index__(self):
            action()
            return 1

    attempt(lambda: con.blobopen("b", "x", 1)[Index()])
    attempt(lambda: con.blobopen("b", "x", 1)[Index() : 5])
    attempt(lambda: con.blobopen("b", "x", 1).__setitem__(Index(), 5))
    attempt(lambda: con.blobopen("b", "x", 1).read(Index()))


def restart(con):
    con.__init__(":memory:", detect_types=3)


def rerun(con):
    con.execute("select x from t").fetchone()
    con.execute("insert into b values(1)")


def redefine(con):
    for callback in (lambda *args: 0), None:
        attempt(lambda: con.set_progress_handler(callback, 1))
        attempt(lambda: con.set_trace_callback(callback))
        attempt(lambda: con.set_authorizer(callback))
        attempt(lambda: con.create_collation("c", callback))
        attempt(lambda: con.create_window_function("a", -1, callback))
        attempt(lambda: con.create_function("f", 0, callback))


def collect(con):
    con.execute("select x from t").fetchone()
    gc.collect()


def undo(con):
    con.rollback()
    con.interrupt()


for action in sqlite3.Connection.close, restart, rerun, redefine, collect, undo, sqlite3.Connection.serialize:
    for way in [way for name, way in list(globals().items()) if name.startswith("by_")]:
        con = database()
        restart(con)
        way(con, lambda: limited(action, con))
        con = sqlite3.connect(":memory:", detect_types=3)
        database().backup(con)
        way(con, lambda: limited(action, con))

# Recursion through SQLite ends with an error.
con = database()
con.create_function("f", 1, lambda n: con.execute("select f(?)", (n + 1,)).fetchone()[0])
rows(con, "select f(0)")

# An aggregate that is not finished when its cursor dies.
log = []


class Abandoned:
    def step(self, *args):
        log.append("step")

    inverse = step
    value = finalize = lambda self: 1


con.create_window_function("a", 1, Abandoned)
cursor = con.execute("select a(x) over (order by x rows between 1 preceding and 1 following) from t")
cursor.fetchone()
del cursor
assert log


# Cycles through every callback.
class Connection(sqlite3.Connection):
    pass


con = Connection(":memory:")
con.set_trace_callback(lambda sql, con=con: None)
con.set_progress_handler(lambda con=con: 0, 1)
con.set_authorizer(lambda *args, con=con: 0)
con.row_factory = lambda cursor, row, con=con: row
con.cursors = [con.execute("select 1 union select 2"), con.cursor()]
reference = weakref.ref(con)
del con
gc.collect()
assert reference() is None

unfinished = database().execute("select x from t")
print("end")
