class MyError(Exception):
    pass


try:
    try:
        try:
            1 / 0
        except ZeroDivisionError as e:
            raise TypeError("two") from e
    except TypeError:
        raise MyError("three", 3)
except MyError as e:
    e.add_note("a note")
    e.add_note("two\nlines")
    raise
