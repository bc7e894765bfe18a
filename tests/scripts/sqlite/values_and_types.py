# Values and types: adapters, converters, factories, rows, blobs.
import collections
import copy
import sqlite3
import threading
import types


def attempt(label, function, *args):
    try:
        result = function(*args)
        print(label, "->", "cursor" if isinstance(result, sqlite3.Cursor) else result)
    except Exception as error:
        print(label, "!!", type(error).__name__, error, vars(error))


con = sqlite3.connect(":memory:", detect_types=sqlite3.PARSE_DECLTYPES | sqlite3.PARSE_COLNAMES)
sqlite3.register_converter("foo", lambda data: ("converted", data))
sqlite3.register_converter("bad", lambda data: 1 / 0)
con.execute('create table t(a foo, b foo(3), c "foo bar", d bad, e)')
con.execute("insert into t values(1, 2.5, x'41', null, '')")
print(con.execute("select * from t").fetchall())
cursor = con.execute('select a as "a [FOO]", b as "b[foo]", c as "x [zz]", d as "[foo" , e as "e [foo]" from t')
print(cursor.description, cursor.fetchall())
con.execute("update t set d = 1")
cursor = con.execute("select * from t")
attempt("converter", cursor.fetchone)
attempt("again", cursor.fetchone)
con.execute("delete from t")
con.execute("insert into t(a) values(x'')")
print(con.execute("select a, zeroblob(0) from t").fetchall())


class Conforming:
    def __init__(self, value):
        self.value = value

    def __conform__(self, protocol):
        if protocol is sqlite3.PrepareProtocol:
            if isinstance(self.value, Exception):
                raise self.value
            return self.value


class Int(int):
    pass


class Float(float):
    pass


class Text(str):
    pass


for value in "q", None, Conforming(1), TypeError("te"), ValueError("ve"), 1 << 70, b"x":
    attempt("conform", lambda: con.execute("select ?", (Conforming(value),)).fetchall())
values = Int(5), Float(2.5), Text("t"), True, memoryview(b"abc"), bytearray(b"d"), float("nan"), float("inf")
print(con.execute("select ?,?,?,?,?,?,?,?", values).fetchall())
sqlite3.register_adapter(Text, lambda text: text.upper())
sqlite3.register_adapter(complex, lambda number: f"{number.real};{number.imag}")
print(con.execute("select ?, ?", (Text("t"), 1 + 2j)).fetchall())
attempt("long", lambda: con.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 10))
attempt("long", con.execute, "select ?", ("a" * 100,))
attempt("long", con.execute, "select ?", (b"a" * 100,))
con.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 10**9)
for parameters in (
    types.MappingProxyType({"a": 1}),
    collections.UserDict(a=1),
    collections.OrderedDict(a=1),
    collections.defaultdict(lambda: 7),
    collections.namedtuple("N", "a")(3),
):
    attempt(type(parameters).__name__, lambda: con.execute("select :a", parameters).fetchall())
print(con.execute("select $a, @b, :c", {"a": 1, "b": 2, "c": 3}).fetchall())
attempt("?1 ?3", con.execute, "select ?1, ?3", (1, 2, 3))
attempt("names", con.execute, "select ?, ?5", {"5": 1})

undecodable = "select cast(x'61ff62' as text) as col"
for factory in str, bytes, bytearray, Text, lambda data: data.decode("latin-1"), lambda data: 1 / 0, 5:
    con.text_factory = factory
    attempt("text", lambda: con.execute("select 'é'").fetchone())
    attempt("bad", lambda: con.execute(undecodable).fetchone())
con.text_factory = str

cursor = con.execute("insert into t(e) values(1), (2) returning e")
print(cursor.rowcount, cursor.lastrowid, cursor.description, cursor.fetchone(), cursor.rowcount)
print(cursor.fetchall(), cursor.rowcount)
cursor = con.executemany("insert into t(e) values(?)", [(5,), (6,)])
print(cursor.rowcount, cursor.lastrowid, cursor.description)
print(con.execute("select 1 as \"\", 2 as ' '").description, con.execute("").description)

con.row_factory = sqlite3.Row
row = con.execute("select 1 as a, 2 as B, 3 as é").fetchone()
print(tuple(row), row.keys(), len(row), row["b"], row["é"], row[True], row[-1], row[::-1], list(reversed(row)))
for key in "x", "É", 5, -5, 1.0, 2**70, None:
    attempt(f"key {key!r}", lambda: row[key])
other = con.execute("select 1 as a, 2 as B, 3 as é").fetchone()
print(row == other, row != other, hash(row) == hash(other), row == (1, 2, 3), row == con.execute("select 1").fetchone())
attempt("less", lambda: row < other)
con.row_factory = lambda cursor, row: dict(zip([column[0] for column in cursor.description], row))
print(con.execute("select 1 as a").fetchall())
con.row_factory = 5
attempt("factory", con.execute("select 1").fetchone)
con.row_factory = None

con.execute("create table b(x blob)")
con.execute("insert into b values(zeroblob(10))")
con.commit()
blob = con.blobopen("b", "x", 1)
for label, function in (
    ("read", lambda: blob.read("x")),
    ("write", lambda: blob.write("x")),
    ("write", lambda: blob.write(b"x" * 11)),
    ("write", lambda: blob.write(b"abc")),
    ("tell", lambda: blob.tell()),
    ("seek", lambda: blob.seek(20)),
    ("seek", lambda: blob.seek(-1)),
    ("seek", lambda: blob.seek(0, 5)),
    ("seek", lambda: blob.seek(2**31 - 1, 1)),
    ("seek", lambda: blob.seek(-3, 2)),
    ("read", lambda: blob.read()),
    ("index", lambda: blob[1.5]),
    ("index", lambda: blob[20]),
    ("index", lambda: blob[2**70]),
    ("index", lambda: (blob[0], blob[-1], blob[0:4], blob[::3], blob[2:2])),
    ("set", lambda: blob.__setitem__(0, 300)),
    ("set", lambda: blob.__setitem__(0, "x")),
    ("set", lambda: blob.__setitem__(0, 65)),
    ("set", lambda: blob.__setitem__(slice(0, 3), b"x")),
    ("set", lambda: blob.__setitem__(slice(0, 3), "xxx")),
    ("set", lambda: blob.__setitem__(slice(1, 8, 3), b"123")),
    ("del", lambda: blob.__delitem__(0)),
    ("del", lambda: blob.__delitem__(slice(0, 1))),
    ("in", lambda: 1 in blob),
    ("iter", lambda: iter(blob)),
    ("all", lambda: (len(blob), blob[:])),
    ("expired", lambda: con.execute("update b set x = 'a'")),
    ("expired", lambda: blob.read(1)),
    ("exit", lambda: blob.__exit__(None, None, None)),
    ("exit", lambda: blob.__exit__(None, None, None)),
    ("close", lambda: blob.close()),
    ("closed", lambda: blob.read()),
    ("open", lambda: con.blobopen("b", "x", 7)),
    ("open", lambda: con.blobopen("c", "x", 1)),
    ("open", lambda: con.blobopen("b", "x", "1")),
    ("open", lambda: con.blobopen("b", "x", 2**70)),
    ("open", lambda: con.blobopen("b", "x", 1, True)),
):
    attempt(label, function)

print(type(copy.copy(sqlite3.PrepareProtocol())))
for thing in con, cursor, row:
    attempt("copy", copy.copy, thing)
data = con.serialize()
copy = sqlite3.connect(":memory:")
copy.deserialize(data)
print(list(copy.iterdump())[:3], copy.execute("select x from b").fetchall())
copy.close()

messages = []


def elsewhere():
    for function in (
        lambda: con.execute("select 1"),
        lambda: con("select 1"),
        con.close,
        con.commit,
        cursor.fetchone,
        lambda: con.autocommit,
        lambda: con.in_transaction,
        lambda: con.isolation_level,
        con.interrupt,
        con.__enter__,
    ):
        try:
            function()
            messages.append("done")
        except sqlite3.ProgrammingError as error:
            messages.append(str(error)[:46])


thread = threading.Thread(target=elsewhere)
thread.start()
thread.join()
print(*messages, sep="\n")
con.close()
