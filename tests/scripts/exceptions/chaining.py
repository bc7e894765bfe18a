def chain():
    try:
        1 / 0
    except ZeroDivisionError as e:
        raise ValueError("second") from e


try:
    chain()
except ValueError as e:
    print(repr(e.__cause__), repr(e.__context__), e.__suppress_context__)
try:
    try:
        {}["x"]
    except KeyError:
        raise TypeError("during")
except TypeError as e:
    print(repr(e.__cause__), repr(e.__context__), e.__suppress_context__)
try:
    try:
        {}["x"]
    except KeyError:
        raise TypeError("hidden") from None
except TypeError as e:
    print(repr(e.__cause__), repr(e.__context__), e.__suppress_context__)
try:
    try:
        raise ValueError(1)
    finally:
        raise ValueError(2)
except ValueError as e:
    print(e, repr(e.__context__))


def reraise():
    try:
        raise KeyError("orig")
    except KeyError:
        try:
            raise
        except KeyError as e:
            print("again", repr(e), e.__context__)
            raise


try:
    reraise()
except KeyError as e:
    print(e.args)
e = ValueError("noted")
e.add_note("n1")
e.add_note("n2")
print(e.__notes__)
try:
    e.add_note(5)
except TypeError as err:
    print(err)
try:
    raise ValueError("a") from KeyError("b")
except ValueError as e:
    print(repr(e.__cause__), e.__suppress_context__)
    e.__cause__ = None
    print(e.__cause__, e.__suppress_context__)
    try:
        e.__context__ = 5
    except TypeError as err:
        print(err)
import sys
print(sys.exception())
try:
    1 / 0
except ZeroDivisionError:
    print(repr(sys.exception()), sys.exc_info()[0].__name__)
    try:
        [][1]
    except IndexError:
        print(repr(sys.exception()), repr(sys.exception().__context__))
    print(repr(sys.exception()))
print(sys.exc_info())
