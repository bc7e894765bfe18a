import binascii,zlib,hashlib,io,os,struct,socket,codecs,array,marshal,json,base64
m=memoryview(bytearray(b'noncontig'))[::-2]
def t(f,*a):
    try: print(f(*a))
    except BaseException as e: print(getattr(f,'__name__',f),type(e).__name__,e)
t(binascii.b2a_hex,m); t(zlib.crc32,m); t(hashlib.md5,m); t(io.BytesIO().write,m); t(open('/dev/null','wb').write,m); t(open('/dev/null','wb',0).write,m); t(os.write,1,m); t(struct.unpack_from,'b',m); t(b''.join,[m]); t(b'a'.find,m); t(bytes,m); t(bytearray,m); t(codecs.utf_8_decode,m); t(str,m,'ascii'); t(marshal.loads,m); t(array.array('b').frombytes,m); t(int,m); t(float,m); t(b'abc'.replace,m,b''); t(io.BytesIO,m); t(b'abc'.__contains__,m); t(b'abc'.__add__,m); t(bytearray(b'ab').extend,m); t(int.from_bytes,m,'big'); t(b'abc'.startswith,m); t(compile,m,'f','exec'); t(eval,m); t(marshal.dumps,m); t(os.fsencode,m); t(zlib.compress,m); t(bytes.fromhex,m)
