import sys
print(sys.version_info[:3], sys.hexversion >> 16 == 0x30e, sys.maxsize, sys.byteorder, sys.maxunicode, sys.platform, sys.argv[0].endswith(".py"), sys.float_info.max, sys.float_info.dig, sys.int_info, sys.hash_info.width, sys.hash_info.modulus, sys.thread_info.name, sys.api_version, sys.copyright.startswith("Copyright (c) "))
print(sys.getsizeof(0) > 0, sys.getrefcount(object()) > 0, sys.intern("abc") is sys.intern("abc"), sys.getdefaultencoding(), sys.getfilesystemencoding(), sys.flags.hash_randomization, sys.flags.optimize, sys.getswitchinterval(), sys.gettrace(), sys.getprofile(), sys.is_finalizing(), sys.get_int_max_str_digits(), sys.dont_write_bytecode)
def f(): return sys._getframe().f_code.co_name, sys._getframe(1).f_code.co_name, sys._getframe().f_lineno, sys._getframe().f_back.f_lineno
print(f(), sys._getframe().f_globals is globals())
try: sys._getframe(1000)
except ValueError as e: print(e)
events = []
def tracer(frame, event, arg):
    events.append((event, frame.f_lineno - frame.f_code.co_firstlineno, arg if event == "return" else None)); return tracer
def g(x):
    y = x + 1
    for i in range(2):
        y += i
    return y
sys.settrace(tracer); g(1); sys.settrace(None); print(events)
calls = []
sys.setprofile(lambda fr, ev, arg: calls.append((ev, fr.f_code.co_name, getattr(arg, "__name__", None)))); len("abc"); g(2); sys.setprofile(None); print(calls)
print(len(sys.builtin_module_names) > 20, "os" in sys.stdlib_module_names, sys.stdlib_module_names >= {"re", "json"}, sys.exc_info(), callable(sys.exit), sys.displayhook is sys.__displayhook__, sys.ps1 if hasattr(sys, "ps1") else "no ps1", sys.implementation.cache_tag.endswith("314"), sys.monitoring.events.LINE, sys.orig_argv[-1] == sys.argv[-1])
sys.displayhook("shown"); sys.displayhook(None)
class Out:
    def write(self, s): sys.__stdout__.write(s.upper())
    def flush(self): pass
sys.stdout = Out(); print("upper"); sys.stdout = sys.__stdout__
def audit(ev, args): 
    if ev == "my.event": print("audit", args)
sys.addaudithook(audit); sys.audit("my.event", 1, 2)
