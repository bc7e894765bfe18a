"""The native modules of hash functions."""

import re


def show(expression):
    try:
        result = repr(eval(expression, globals()))
    except Exception as error:
        result = f"{type(error).__name__}: {error}"
    print(expression, "->", re.sub("0x[0-9a-f]+", "0x", result)[:300])


import _blake2
import _hmac
import _md5
import _sha1
import _sha2
import _sha3
import hashlib
import hmac

for expression in r"""_md5.md5()
_md5.md5(b'a').hexdigest()
_md5.md5('a')
_md5.md5(1)
_md5.md5(string=b'a').hexdigest()
_md5.md5(data=b'a',string=b'b')
_md5.md5(b'a',string=b'b')
_md5.md5(b'a',b'b')
_md5.md5(x=1)
_md5.md5(usedforsecurity=False)
_md5.md5(data=None)
_md5.md5().update('a')
_md5.md5().update()
_md5.md5().name, _md5.md5().block_size, _md5.md5().digest_size
_md5.MD5Type()
_md5.md5(memoryview(bytes(16)).cast('I')).hexdigest()
_md5.md5(memoryview(bytes(16)).cast('B',(4,4))).hexdigest()
_md5.md5(memoryview(bytes(16))[::2]).hexdigest()
_md5.md5().copy()
_md5.md5().digest(1)
setattr(_md5.md5(),'name','x')
_sha1.sha1().name
_sha2.sha224().name, _sha2.sha224().block_size
_sha2.sha512().name, _sha2.sha384().block_size, _sha2.sha384().digest_size
_sha2.sha256
type(_sha2.sha256()), type(_sha2.sha224()), type(_sha2.sha384())
_sha3.sha3_256(b'a').hexdigest()
_sha3.sha3_256()
_sha3.sha3_256('a')
_sha3.sha3_256(b'a',b'b')
_sha3.sha3_256(string=b'a').hexdigest()
_sha3.sha3_256(data=b'a',string=b'b')
_sha3.sha3_256()._capacity_bits, _sha3.sha3_256()._rate_bits, _sha3.sha3_256()._suffix, _sha3.sha3_256().block_size
_sha3.shake_128()._capacity_bits, _sha3.shake_128()._rate_bits, _sha3.shake_128()._suffix, _sha3.shake_128().block_size, _sha3.shake_128().digest_size
_sha3.sha3_512()._capacity_bits, _sha3.sha3_512()._rate_bits, _sha3.sha3_512()._suffix, _sha3.sha3_512().block_size
_sha3.shake_256(b'a').hexdigest(10)
_sha3.shake_256(b'a').digest(length=10)
_sha3.shake_256(b'a').digest(-1)
_sha3.shake_256(b'a').digest(2**29)
_sha3.shake_256(b'a').digest(2**65)
_sha3.shake_256(b'a').digest('a')
_sha3.shake_256(b'a').digest()
_sha3.shake_256(b'a').digest(0)
_sha3.shake_256().name
_blake2.blake2b(b'a').hexdigest()
_blake2.blake2b()
_blake2.blake2b('a')
_blake2.blake2b(b'a',digest_size=0)
_blake2.blake2b(b'a',digest_size=65)
_blake2.blake2b(b'a',digest_size=-1)
_blake2.blake2s(b'a',digest_size=33)
_blake2.blake2b(b'a',key=b'k'*65)
_blake2.blake2s(b'a',key=b'k'*33)
_blake2.blake2b(b'a',salt=b's'*17)
_blake2.blake2s(b'a',salt=b's'*9)
_blake2.blake2b(b'a',person=b's'*17)
_blake2.blake2b(b'a',fanout=256)
_blake2.blake2b(b'a',fanout=-1)
_blake2.blake2b(b'a',depth=0)
_blake2.blake2b(b'a',depth=256)
_blake2.blake2b(b'a',leaf_size=-1)
_blake2.blake2b(b'a',leaf_size=2**32)
_blake2.blake2b(b'a',node_offset=-1)
_blake2.blake2b(b'a',node_offset=2**64)
_blake2.blake2s(b'a',node_offset=2**48)
_blake2.blake2b(b'a',node_depth=256)
_blake2.blake2b(b'a',node_depth=-1)
_blake2.blake2b(b'a',inner_size=65)
_blake2.blake2b(b'a',inner_size=-1)
_blake2.blake2s(b'a',inner_size=33)
_blake2.blake2b(b'a',last_node=True).hexdigest()
_blake2.blake2b(b'a',fanout=2,depth=3,leaf_size=4096,node_offset=5,node_depth=1,inner_size=32,salt=b'salt',person=b'pers',key=b'key',digest_size=20).hexdigest()
_blake2.blake2s(b'a',fanout=2,depth=3,leaf_size=4096,node_offset=5,node_depth=1,inner_size=32,salt=b'salt',person=b'pers',key=b'key',digest_size=20).hexdigest()
_blake2.blake2b(b'a',b'b')
_blake2.blake2b(string=b'a').hexdigest()
_blake2.blake2b(b'a',string=b'a')
_blake2.blake2b(data=b'a',string=b'a')
_blake2.blake2b(b'a',foo=1)
_blake2.blake2b.SALT_SIZE,_blake2.blake2b.PERSON_SIZE,_blake2.blake2b.MAX_KEY_SIZE,_blake2.blake2b.MAX_DIGEST_SIZE
_blake2.blake2s.SALT_SIZE,_blake2.blake2s.PERSON_SIZE,_blake2.blake2s.MAX_KEY_SIZE,_blake2.blake2s.MAX_DIGEST_SIZE
_blake2.blake2b().name, _blake2.blake2b().block_size
_blake2.blake2s().name, _blake2.blake2s().block_size
_hmac.new(b'k',b'm','md5').hexdigest()
_hmac.new(b'k',b'm')
_hmac.new(b'k',b'm','nope')
_hmac.new(b'k',b'm',5)
_hmac.new(b'k',b'm','SHA256').name
_hmac.new(b'k',b'm','sha2_256')
_hmac.new(b'k',b'm','sha3_256').name
_hmac.new(b'k',b'm','sha3-256').name
_hmac.new(b'k',b'm','blake2b').name
_hmac.new(b'k',b'm','blake2b').digest_size
_hmac.new(b'k',b'm','blake2s').digest_size
_hmac.new(b'k',b'm','shake_128')
_hmac.new(b'k',b'm',_md5.md5)
_hmac.new('k',b'm','md5')
_hmac.new(b'k','m','md5')
_hmac.new(b'k',digestmod='md5')
repr(_hmac.new(b'k',digestmod='md5'))[:30]
_hmac.new(b'k',digestmod='md5').block_size
_hmac.new(b'k',digestmod='sha512').block_size
_hmac.compute_digest(b'k',b'm','md5')
_hmac.compute_digest(b'k',b'm','nope')
_hmac.compute_md5(b'k',b'm')
_hmac.compute_blake2b_32(b'k',b'm')
_hmac.compute_sha3_224(b'k',b'm').hex()
_hmac.compute_md5('k',b'm')
_hmac.compute_md5(b'k')
_hmac.UnknownHashError.__mro__
_hmac.HMAC()
_hmac.new(b'k',b'm','md5').update(5)
_hmac.new(b'k',b'm','md5').copy()""".splitlines():
    show(expression)
