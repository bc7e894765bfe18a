# Connections that nobody closes, audit events, what the collector sees.
import gc
import sqlite3
import sys
import warnings
import weakref


class Connection(sqlite3.Connection):
    def __del__(self):
        print("dies")
        super().__del__()


warnings.simplefilter("always")
warnings.showwarning = lambda message, category, *args: print(
    category.__name__, str(message).split(" object at")[0]
)
active = True


def hook(event, args):
    if active and event.startswith("sqlite3"):
        print(event, *[arg if isinstance(arg, (str, bytes, bool)) else type(arg).__name__ for arg in args])


sys.addaudithook(hook)

connection = Connection(":memory:")
reference = weakref.ref(connection)
del connection
print(reference() is not None)
gc.collect()
print(reference() is None)
connection = sqlite3.connect(":memory:")
connection.set_trace_callback(lambda sql, connection=connection: None)
connection.row_factory = lambda cursor, row, connection=connection: row
cursor = connection.execute("select 1")
del connection, cursor
gc.collect()
connection = Connection(":memory:")
connection.close()
reference = weakref.ref(connection)
del connection
print(reference() is None)

connection = sqlite3.connect(":memory:", autocommit=False)
connection.enable_load_extension(True)
for entry in None, "entry":
    try:
        connection.load_extension("/nonexistent/extension", entrypoint=entry)
    except sqlite3.OperationalError as error:
        print(type(error).__name__)
connection.enable_load_extension(False)
for path in "/nonexistent/x", b"/nonexistent/x", "a\0b":
    try:
        sqlite3.connect(path)
    except (sqlite3.OperationalError, ValueError) as error:
        print(type(error).__name__, error)
connection.__init__(":memory:")
blob_owner = connection.execute("select 1")
connection = None
print("end")
