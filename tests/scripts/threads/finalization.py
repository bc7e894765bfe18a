"""Daemon threads are left alone when the interpreter goes down; whoever wants something of them then gets an error."""
import _thread
import os
import sys
import threading
import time


def spin():
    while True:
        pass


def write():
    while True:
        sys.stderr.flush()
        time.sleep(0)


class Late:
    def __init__(self):
        self.me = self
        self.thread = threading.Thread(target=spin, daemon=True)
        self.thread.start()

    def __del__(self):
        for act in (
            lambda: self.thread.join(),
            lambda: self.thread.join(timeout=0),
            lambda: _thread.start_new_thread(print, (1,)),
            lambda: threading.Thread(target=spin).start(),
            lambda: os.fork(),
        ):
            try:
                act()
            except Exception as error:
                print(type(error).__name__, error)
        print(self.thread.is_alive(), sys.is_finalizing())


Late()
for _ in range(4):
    threading.Thread(target=write, daemon=True).start()
lock = threading.Lock()
lock.acquire()
threading.Thread(target=lock.acquire, daemon=True).start()
threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
print("end")
