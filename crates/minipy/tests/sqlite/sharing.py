# Threads that share a connection, and some that are still at work when the interpreter ends.
import sqlite3
import threading
import time

shared = sqlite3.connect(":memory:", check_same_thread=False)
shared.execute("create table t(x)")
shared.executemany("insert into t values(?)", ((i,) for i in range(500)))
shared.create_function("py", 1, lambda x: (x or 0) + 1)
shared.set_progress_handler(lambda: 0, 10)
stop = time.monotonic() + 1
unexpected = []


def work(number):
    while time.monotonic() < stop:
        try:
            rows = shared.execute("select py(x), 'abc' || x from t where x % ? = 0", (number + 1,))
            rows.fetchmany(10)
            if number % 2:
                del rows
            cursor = shared.cursor()
            cursor.execute("insert into t values(?)", (number,))
            cursor.execute("select sum(py(x)) from t where x < 50")
            cursor.fetchall()
            if number == 2:
                shared.commit()
                shared.total_changes, shared.in_transaction
            if number == 3:
                shared.set_progress_handler(lambda: 0, 7)
                shared.create_function("py3", 1, lambda x: 1)
        except sqlite3.OperationalError:
            # Two have begun a transaction, or a function was redefined that is in use.
            pass
        except Exception as error:
            unexpected.append(error)


threads = [threading.Thread(target=work, args=(number,)) for number in range(5)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
assert not unexpected, unexpected

endless = "with recursive c(n) as (select 1 union all select n + 1 from c where n < 100000) select sum(py(n)) from c"


def run_for_ever(connection):
    connection.create_function("py", 1, lambda x: x)
    while True:
        connection.execute(endless).fetchall()


def run_own():
    run_for_ever(sqlite3.connect(":memory:"))


left_open = sqlite3.connect(":memory:", check_same_thread=False, autocommit=False)
threading.Thread(target=run_own, daemon=True).start()
threading.Thread(target=run_for_ever, args=(left_open,), daemon=True).start()
time.sleep(0.1)
print("end")
