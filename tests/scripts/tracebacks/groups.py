def fail(e):
    raise e


def collect():
    errors = []
    for e in (ValueError("one"), KeyError("two")):
        try:
            fail(e)
        except Exception as caught:
            errors.append(caught)
    raise ExceptionGroup("several", [*errors, ExceptionGroup("nested", [TypeError("deep")])])


collect()
