"""Signals are served by the main thread, promptly, whichever thread meets them first."""
import _thread
import signal
import threading
import time

try:
    _thread.interrupt_main()
    print("missed")
except KeyboardInterrupt:
    print("at the end of the call")

thread = threading.Thread(target=_thread.interrupt_main)
try:
    thread.start()
    thread.join()
    print("missed")
except KeyboardInterrupt:
    print("from another thread")
thread.join()

arrived = []
signal.signal(signal.SIGALRM, lambda signum, frame: arrived.append(signum))
signal.setitimer(signal.ITIMER_REAL, 0.01)
time.sleep(0.05)
print(arrived == [signal.SIGALRM])

lock = threading.Lock()
lock.acquire()
signal.setitimer(signal.ITIMER_REAL, 0.01)
print(lock.acquire(timeout=0.2), len(arrived))

signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
signal.raise_signal(signal.SIGUSR1)
print(signal.sigpending() == {signal.SIGUSR1}, signal.sigwaitinfo([signal.SIGUSR1]).si_signo)
print(signal.sigtimedwait([signal.SIGUSR1], 0))
