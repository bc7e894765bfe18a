"""Where the events of generators go that die at the end of an instruction: their GeneratorExit is seen."""

import sys


def first():
    return next(x for x in (1, 2))


def unpacked():
    try:
        a, b = (x for x in (1, 2, 3))
    except ValueError:
        return "too many"


def events(function):
    seen = []

    def profile(frame, event, argument):
        if not event.startswith("c_"):
            seen.append((event, frame.f_code.co_name))

    sys.setprofile(profile)
    function()
    sys.setprofile(None)
    return seen


for function in first, unpacked:
    print(function.__name__, events(function))


def raised(*calls):
    """The offsets at which monitoring tells of exceptions, without those of the functions that raise them."""
    monitoring = sys.monitoring
    seen = []

    def tell(code, offset, error):
        if code is call.__code__:
            seen.append(offset)

    monitoring.use_tool_id(3, "test")
    monitoring.register_callback(3, monitoring.events.RAISE, tell)
    monitoring.register_callback(3, monitoring.events.INSTRUCTION, lambda code, offset: None)
    for call in calls:
        monitoring.set_events(3, monitoring.events.RAISE | monitoring.events.INSTRUCTION)
        try:
            call()
        except KeyError:
            pass
        monitoring.set_events(3, 0)
    monitoring.free_tool_id(3)
    return seen


class Failing:
    def __init__(self):
        raise KeyError

    @classmethod
    def fail(cls):
        raise KeyError


def plain():
    raise KeyError


print(raised(lambda: Failing(), lambda: Failing.fail(), lambda: plain(), lambda: Failing.fail(*()), lambda: plain(*())))
