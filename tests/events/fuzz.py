"""Runs a program under a trace function or monitoring callback that jumps, raises and removes itself at random:
`fuzz.py SEED EVENTS PROGRAM`. What it prints is the same wherever nothing has crashed; the number of events goes to stderr.
With FUZZ_DEBUG in the environment every event is printed.
"""

import gc
import inspect
import os
import random
import signal
import sys
import warnings

seed, limit, program = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
random = random.Random(seed)
count = 0
log = []
DEBUG = "FUZZ_DEBUG" in os.environ


class Injected(Exception):
    pass


def act(frame, what):
    global count
    if DEBUG:
        print(what, frame.f_code.co_name, frame.f_lineno, flush=True)
    count += 1
    if count > limit:
        raise SystemExit
    dice = random.random()
    if dice < 0.15:
        first = frame.f_code.co_firstlineno
        # Back at its start a generator of the oracle makes itself anew, in memory that is not its own.
        makes_itself = frame.f_code.co_flags & (inspect.CO_GENERATOR | inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR)
        line = random.randint(first + bool(makes_itself), first + 25)
        try:
            frame.f_lineno = line
            log.append(f"{what} {frame.f_code.co_name} to {line - first}")
        except ValueError as error:
            log.append(f"{what} {error}")
    elif dice < 0.17:
        log.append(f"{what} raises")
        raise Injected(count)
    elif dice < 0.2:
        frame.f_locals[random.choice("xyz")] = random.choice((None, 3, "text"))


def trace(frame, event, arg):
    if frame.f_code.co_filename != program:
        return None
    if event in ("line", "return", "exception"):
        act(frame, event)
    return trace


def monitor():
    events = sys.monitoring.events
    sys.monitoring.use_tool_id(3, "fuzz")
    # What was disabled in an earlier round.
    sys.monitoring.restart_events()
    # Jumps from branch events crash the oracle.
    for event in ("LINE", "PY_YIELD", "PY_RESUME", "PY_RETURN", "CALL"):

        def callback(code, *args, event=event):
            if code.co_filename == program:
                act(sys._getframe(1), event)
                if random.random() < 0.05:
                    return sys.monitoring.DISABLE

        sys.monitoring.register_callback(3, getattr(events, event), callback)
    sys.monitoring.set_events(3, events.LINE | events.PY_YIELD | events.PY_RESUME | events.PY_RETURN | events.CALL)


def report():
    print("\n".join(log), flush=True)
    print(count, file=sys.stderr, flush=True)


def endless(number, frame):
    """A jump has made a loop endless, and nobody listens any more."""
    log.append("endless")
    report()
    os._exit(0)


# A run takes a tenth of a second of the processor's time.
signal.signal(signal.SIGPROF, endless)
signal.setitimer(signal.ITIMER_PROF, 2)
warnings.simplefilter("ignore")
with open(program) as file:
    code = compile(file.read(), program, "exec")
# When the collector runs is nothing that the two have in common.
gc.disable()
while count < limit:
    if seed % 2:
        sys.settrace(trace)
    else:
        monitor()
    try:
        exec(code, {"__name__": "fuzzed"})
        outcome = "ended"
    except BaseException as error:
        outcome = type(error).__name__
    finally:
        sys.settrace(None)
        sys.monitoring.free_tool_id(3)
    gc.collect()
    log.append(outcome)
signal.setitimer(signal.ITIMER_PROF, 0)
report()
