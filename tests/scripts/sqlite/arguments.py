# What the functions and methods of sqlite3 accept, and how they refuse the rest.
import contextlib
import re
import sqlite3
import warnings


def attempt(label, function, *args, **kwargs):
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            result = function(*args, **kwargs)
    except Exception as error:
        print(label, "!!", type(error).__name__, error.args, vars(error))
    else:
        shown = result if isinstance(result, (int, str, tuple, list, type(None))) else type(result)
        print(label, "->", shown)
    for warning in caught:
        if warning.category is not ResourceWarning:
            print("   ", warning.category.__name__, warning.message)


Connection = sqlite3.Connection
attempt("no database", sqlite3.connect)
attempt("nine", sqlite3.connect, 1, 2, 3, 4, 5, 6, 7, 8, 9)
attempt("two", sqlite3.connect, ":memory:", 5.0)
attempt("class", Connection, ":memory:", 5.0)
attempt("unknown keyword", sqlite3.connect, ":memory:", bogus=1)
attempt("no path", Connection, 1)
attempt("NUL", Connection, "a\0b")
attempt("surrogate", Connection, "\ud800")
attempt("timeout", Connection, ":memory:", timeout="x")
attempt("isolation", Connection, ":memory:", isolation_level=1)
attempt("isolation", Connection, ":memory:", isolation_level="a\0")
attempt("cached", Connection, ":memory:", cached_statements=2**40)
for autocommit in "x", 5, 1, -1, 0, None:
    attempt(f"autocommit {autocommit!r}", Connection, ":memory:", autocommit=autocommit)
attempt("no folder", Connection, "/nonexistent/x")
attempt("factory", sqlite3.connect, database=":memory:", factory=lambda *args, **kwargs: sorted(kwargs))

con = sqlite3.connect(":memory:")
attempt("call", con)
attempt("call", con, sql="select 1")
attempt("call", con, 5)
attempt("call", con, "select 1")
attempt("call", con, "")
attempt("call", con, "select")
attempt("call", con, "a\0")
attempt("call", con, "select 1; select 2")
attempt("execute", con.execute)
attempt("execute", con.execute, 1, 2, 3)
attempt("execute", con.execute, 1)
attempt("executemany", con.executemany, "select 1")
attempt("executemany", con.executemany, "select 1", [])
attempt("executescript", con.executescript, b"x")
attempt("executescript", con.executescript, "a\0")
attempt("executescript", con.executescript, "select bogus")
attempt("no table", con.execute, "insert into x values(1)")
for parameters in (1, 2), (), {}, 5, [object], [1 << 70], {1}, None, "a", b"a", range(1), ["\ud800"]:
    attempt("? " + repr(parameters)[:20], con.execute, "select ?", parameters)
for parameters in {}, {"a": 1}, {"a": object}, [1], [object]:
    attempt(":a " + repr(parameters)[:20], con.execute, "select :a", parameters)
attempt("?1", con.execute, "select ?1", {"1": 3})
attempt("cursor", con.cursor, 1)
attempt("cursor", con.cursor, lambda con: 1)
attempt("cursor", con.cursor, factory=None)

cursor = con.cursor()
for size in "x", -1, 2**32, 2**31, 2**70, -(2**70):
    attempt(f"arraysize {size!r}", setattr, cursor, "arraysize", size)
for size in -1, 1.0, 2**32, 2**31:
    attempt(f"fetchmany {size!r}", cursor.fetchmany, size)
for owner, name in (
    (cursor, "arraysize"),
    (cursor, "row_factory"),
    (con, "row_factory"),
    (con, "text_factory"),
    (con, "isolation_level"),
    (con, "autocommit"),
):
    attempt("del " + name, delattr, owner, name)
attempt("autocommit", setattr, con, "autocommit", 5)
attempt("total_changes", setattr, con, "total_changes", 5)
attempt("Warning", setattr, con, "Warning", 5)
attempt("description", setattr, cursor, "description", 5)
attempt("isolation_level", setattr, con, "isolation_level", "foo")
attempt("Cursor", sqlite3.Cursor)
attempt("Cursor", sqlite3.Cursor, 1)
attempt("Cursor", sqlite3.Cursor, connection=con)
attempt("close", cursor.close)
attempt("close", cursor.close)
attempt("execute", cursor.execute, "select 1")
attempt("next", next, cursor)
attempt("init", cursor.__init__, con)

raw = sqlite3.Cursor.__new__(sqlite3.Cursor)
attempt("raw execute", raw.execute, "x")
attempt("raw close", raw.close)
attempt("raw next", next, raw)
print(raw.description, raw.connection, raw.arraysize, raw.rowcount, raw.lastrowid)
raw = Connection.__new__(Connection)
for name in "close", "cursor", "commit", "interrupt", "__enter__", "iterdump":
    attempt("raw " + name, getattr(raw, name))
print(raw.Warning)

attempt("function", con.create_function)
attempt("function", con.create_function, "a", 1)
attempt("function", con.create_function, "a", 1, 2, 3)
attempt("function", con.create_function, 1, 2, 3)
attempt("function", con.create_function, "a\0", 1, len)
attempt("function", con.create_function, "a", -100, len)
attempt("function", con.create_function, name="a", narg=1, func=len)
attempt("function", con.create_function, name="a", narg=1)
attempt("aggregate", con.create_aggregate, "a", 2**40, int)
attempt("aggregate", con.create_aggregate, "a", -100, int)
attempt("window", con.create_window_function, "a", -100, int)
attempt("window", con.create_window_function, "a", 1)
attempt("collation", con.create_collation, "a", 5)
attempt("collation", con.create_collation, "a")
attempt("collation", con.create_collation, 5, 5)
attempt("authorizer", con.set_authorizer, authorizer_callback=None)
attempt("progress", con.set_progress_handler, None)
attempt("trace", con.set_trace_callback)
attempt("limit", con.getlimit, -1)
attempt("limit", con.setlimit, 99, 1)
attempt("config", con.getconfig, -1)
attempt("config", con.setconfig, 1001, 1)
attempt("serialize", con.serialize, name="x")
attempt("deserialize", con.deserialize, 5)
attempt("iterdump", con.iterdump, 5)
attempt("exit", con.__exit__)
attempt("load", con.load_extension, "x", "a")
attempt("load", con.load_extension, "x", entrypoint=5)
attempt("load", con.load_extension, "a\0b")
attempt("complete", sqlite3.complete_statement, "select 1;")
attempt("complete", sqlite3.complete_statement, 5)
attempt("tracebacks", sqlite3.enable_callback_tracebacks, "x")
attempt("adapter", sqlite3.register_adapter)
attempt("converter", sqlite3.register_converter, 1, 2)
attempt("adapt", sqlite3.adapt)
attempt("adapt", sqlite3.adapt, "x", int)
attempt("adapt", sqlite3.adapt, "x", int, 5)
attempt("Row", sqlite3.Row, 1, 2)
attempt("Row", sqlite3.Row, con.cursor(), [])
attempt("Blob", sqlite3.Blob)

with contextlib.closing(sqlite3.connect(":memory:")) as target:
    attempt("backup", con.backup)
    attempt("backup", con.backup, con)
    attempt("backup", con.backup, None)
    attempt("backup", con.backup, target, 1)
    attempt("backup", con.backup, target, progress=5)
    attempt("backup", con.backup, target, name="nope")
    attempt("backup", con.backup, target, pages=1, progress=lambda *args: 1 / 0)
attempt("backup", con.backup, target)

con.close()
for name in "close", "commit", "cursor", "interrupt", "iterdump", "__enter__":
    attempt("closed " + name, getattr(con, name))
for name in "total_changes", "in_transaction", "isolation_level", "autocommit", "row_factory":
    attempt("closed " + name, getattr, con, name)

names = sorted(name for name in vars(sqlite3) if not re.match("_|SQLITE_", name))
print(len([name for name in vars(sqlite3) if name.startswith("SQLITE_")]), *names)
