from enum import Enum, auto
class S(Enum):
    IDLE = auto(); RUN = auto(); DONE = auto()
T = {(S.IDLE, "start"): S.RUN, (S.RUN, "stop"): S.IDLE, (S.RUN, "finish"): S.DONE}
def run(events):
    s = S.IDLE
    for e in events:
        new = T.get((s, e))
        print(f"{s.name:<5} --{e}--> {new.name if new else 'ignored'}")
        s = new or s
    return s
print(run(["stop", "start", "stop", "start", "finish", "start"]))
