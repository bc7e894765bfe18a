import traceback


def a(): b()
def b(): raise ValueError("x")


try:
    a()
except ValueError as e:
    lines = traceback.format_exc().splitlines()
    print(len(lines), lines[0], lines[-1])
    for frame in traceback.extract_tb(e.__traceback__):
        print(frame.name, frame.lineno, frame.line, frame.colno, frame.end_colno)
    print(traceback.format_exception_only(e))
    print(e.__traceback__.tb_next.tb_frame.f_code.co_name)
print(traceback.format_exc())
stack = traceback.extract_stack()
print([f.name for f in stack])
try:
    try:
        a()
    except ValueError as e:
        raise KeyError(1) from e
except KeyError as e:
    te = traceback.TracebackException.from_exception(e)
    print(te.exc_type_str, te.__cause__.exc_type_str, "".join(te.format(chain=False)).splitlines()[-1])
