# Python code that SQLite calls: functions, aggregates, collations, hooks; and their exceptions.
import sqlite3
import sys

sqlite3.enable_callback_tracebacks(True)


def show_unraisable(args):
    print("   unraisable", args.exc_type.__name__, args.exc_value, args.err_msg.split(" at 0x")[0], args.object)


sys.unraisablehook = show_unraisable


def attempt(label, function, *args):
    try:
        print(label, "->", function(*args))
    except Exception as error:
        print(label, "!!", type(error).__name__, error, vars(error), repr(error.__context__))


def fails(*args):
    1 / 0


def database():
    con = sqlite3.connect(":memory:")
    con.execute("create table t(x)")
    con.executemany("insert into t values(?)", [(i,) for i in range(4)])
    con.commit()
    return con


def query(con, sql, *args):
    return lambda: con.execute(sql, *args).fetchall()


con = database()
for value in 5, 2.5, "a\0b", b"x", bytearray(b"y"), None, True, 1 << 70, object, "\ud800", float("nan"):
    con.create_function("f", -1, lambda *args: value)
    attempt(f"returns {value!r}", query(con, "select f(), typeof(f())"))
for function in fails, 5, None:
    con.create_function("f", -1, function)
    attempt("function", query(con, "select f()"))
con.create_function("f", -1, lambda *args: repr(args))
attempt("arguments", query(con, "select f(1, 2.5, 'é', x'00ff', null, ?)", ("a\0b",)))
attempt("not UTF-8", query(con, "select f(cast(x'ff' as text))"))
for error in MemoryError, OverflowError, KeyboardInterrupt, SystemExit, sqlite3.DataError("mine"):

    def raises(*args):
        raise error

    con.create_function("f", -1, raises)
    attempt(str(error), query(con, "select f()"))


class Sum:
    def __init__(self):
        self.sum = 0

    def step(self, value):
        self.sum += value

    def inverse(self, value):
        self.sum -= value

    def value(self):
        return self.sum

    def finalize(self):
        return self.sum


window = "select x, s(x) over (order by x rows between 1 preceding and 1 following) from t"
for create in con.create_aggregate, con.create_window_function:
    create("s", 1, Sum)
    attempt("sum", query(con, "select s(x) from t"))
    attempt("no rows", query(con, "select s(x) from t where x > 100"))
    attempt("over", query(con, window))
for method in "__init__", "step", "inverse", "value", "finalize":
    for broken in fails, None:
        members = dict(vars(Sum))
        if broken:
            members[method] = broken
        elif method == "__init__":
            continue
        else:
            del members[method]
        con.create_window_function("s", 1, type("Broken", (), members))
        print(method, "missing" if broken is None else "fails")
        attempt("aggregate", query(con, "select s(x) from t"))
        attempt("window", query(con, window))
con.create_window_function("s", 1, None)
attempt("gone", query(con, window))

words = "select w from (select 'b' as w union all select 'a' union all select 'c') order by w collate c"
for collation in (
    lambda a, b: (a > b) - (a < b),
    lambda a, b: ((a < b) - (a > b)) << 100,
    lambda a, b: "x",
    lambda a, b: None,
    fails,
):
    con = database()
    con.create_collation("c", collation)
    attempt("collation", query(con, words))
con = database()
con.create_collation("c", lambda a, b: 0)
con.create_collation("C", None)
attempt("collation", query(con, words))

con = database()
calls = []


def authorize(*args):
    calls.append(args)
    return sqlite3.SQLITE_OK


con.set_authorizer(authorize)
attempt("authorizer", query(con, "select max(x) from t"))
print(calls)
for answer in sqlite3.SQLITE_DENY, sqlite3.SQLITE_IGNORE, 7, 1 << 40, "x", None:
    con.set_authorizer(lambda *args: answer if args[0] == sqlite3.SQLITE_READ else sqlite3.SQLITE_OK)
    attempt(f"answers {answer!r}", query(con, "select x from t limit 1"))
con.set_authorizer(fails)
attempt("authorizer", query(con, "select 1"))
con.set_authorizer(None)

for handler in (lambda: 0), (lambda: 1), fails, 5:
    con.set_progress_handler(handler, 1000)
    attempt("seldom", query(con, "select 1"))
con.set_progress_handler(lambda: True, 1)
attempt("progress", query(con, "select x from t"))
con.set_progress_handler(lambda: fails(), 1)
attempt("progress", con.execute, "select x from t")
con.set_progress_handler(None, 1)

trace = []
con.set_trace_callback(trace.append)
con.execute("insert into t values(?)", ("é",))
con.executemany("delete from t where x=?", [(1,), (2.5,), (b"x",), (None,)])
with con:
    con.execute("create trigger g after insert on t begin select 5; end")
    con.execute("insert into t values(5)")
con.executescript("select 1;; select 2; -- end")
con.isolation_level = "IMMEDIATE"
con.execute("delete from t")
con.isolation_level = None
print(*trace, sep="\n")
con.set_trace_callback(fails)
attempt("trace", query(con, "select 1"))
con.set_trace_callback(None)

# Redefining what runs.
con = database()
con.create_function("f", 1, lambda x: x)
cursor = con.execute("select f(x) from t")
next(cursor)
attempt("function", con.create_function, "f", 1, len)
attempt("aggregate", con.create_aggregate, "f", 1, Sum)
attempt("window", con.create_window_function, "f", 1, Sum)

# Cursors that are at work.
cursor = con.cursor()
for label, function in (
    ("execute", lambda: cursor.execute("select 1")),
    ("close", lambda: cursor.close()),
    ("init", lambda: cursor.__init__(con)),
):
    con.create_function("g", 0, function)
    attempt(label, lambda: cursor.execute("select g()"))

progress = []
con.backup(sqlite3.connect(":memory:"), pages=1, progress=lambda *args: progress.append(args))
print(progress)
for connection in con,:
    connection.close()
