import codecs
def h2(exc):
    exc.object = 5
    return ('x', 1)
codecs.register_error('h2',h2)
for e in 'utf-8','ascii','utf-16':
    try: print(b'\xff\xfe\xff'.decode(e,'h2'))
    except Exception as e: print(type(e),e)
def h3(exc):
    exc.object = bytearray(b'5')
    return ('x', 1)
codecs.register_error('h3',h3)
for e in 'utf-8','ascii','utf-16':
    try: print(b'\xff\xfe\xff'.decode(e,'h3'))
    except Exception as e: print(type(e),e)
def h4(exc):
    print(exc)
    if len(exc.object)<6:
        exc.object = b'abcdefghi\xff'
        return ('x', -3)
    return ('y',exc.end)
codecs.register_error('h4',h4)
for e in 'utf-8','ascii','utf-16','utf-32','unicode_escape','raw_unicode_escape','utf-7','cp1250','latin-1':
    try: print(b'\xff\xfe\xff'.decode(e,'h4'))
    except Exception as e: print(type(e),e)
def h5(exc):
    del exc.object
    return ('x', 1)
codecs.register_error('h5',h5)
try: print(b'\xff\xfe\xff'.decode('ascii','h5'))
except Exception as e: print(type(e),e)
