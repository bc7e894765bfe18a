"""What unpickling makes of broken and of old pickles."""
import io, pickle

bad=[b'',b'N',b'.',b'0',b'1',b'2',b'(2',b'R',b')R',b'a',b'Na',b'b',b'Nb',b'd',b'e',b'(e',b'ibuiltins\nlist\n',b'l',b'o',b'(o',b'p1\n',b'q\0',b'r\0\0\0\0',b's',b'Ns',b'NNs',b't',b'u',b'(u',b'}(Nu',b'\x81',b')\x81',b'\x85',b'\x86',b'N\x86',b'\x87',b'\x90',b'(\x90',b'\x91',b'\x92',b')}\x92',b'\x93',b'Vlist\n\x93',b'\x94',
b'N(.',b'N(2',b'cbuiltins\nlist\n)(R',b'cbuiltins\nlist\n()R',b']N(a',b'(Nd',b'N(p1\n',b'}NN(s',b'}N(Ns',b'}(NNs',b'}((u',b'cbuiltins\nlist\n)(\x81',b'N(\x85',b'NN(\x86',b'N(N\x86',b']((\x90',b'N(\x94',
b'B',b'B\x03\0\0\0ab',b'C\x03ab',b'F',b'F0.0',b'Fabc\n.',b'F\n.',b'G\0',b'I',b'I0',b'Iabc\n.',b'I01\n.',b'I00\n.',b'I2.5\n.',b'I99999999999999999999\n.',b'I-\n.',b'I 12 \n.',b'I1_0\n.',b'I012\n.',b'J\0',b'K',b'L',b'L0',b'L0L\n.',b'L10\n.',b'L0x10\n.',b'L\n.',b'LL\n.',b"Labc\n.",b'M\0',b'S',b"S'abc'",b"S'abc\n.",b"Sabc\n.",b"S'\\'\n.",b"S'\xff'\n.",b'T\3\0\0',b'T\xff\xff\xff\xff.',b'U\3ab',b'U\1\xff.',b'V',b'Vabc',b'V\\ud800\n.',b'V\\u12\n.',b'X\3\0\0\0ab',b'X\1\0\0\0\xff.',b'c',b'cbuiltins',b'cbuiltins\n',b'cbuiltins\nlist',b'cbuiltins\nnonono\n.',b'cnonono\nx\n.',b'c\nlog\n.',b'cmath\n\n.',
b'Ng',b'Ng0',b'g0\n.',b'gabc\n.',b'h\0.',b'j\0\0\0\0.',b'Np',b'Np-1\n.',b'Npabc\n.',b'\x80',b'\x80\x06.',b'\x80\x05.',b'\x82',b'\x82\0.',b'\x82\1.',b'\x84\0\0\0\x80.',b'\x8a',b'\x8a\2\1.',b'\x8b\xff\xff\xff\xff.',b'\x8b\3\0\0\0',b'\x8b\0\0\0\0.',b'\x8c\3ab',b'\x8d\xff\xff\xff\xff\xff\xff\xff\xff.',b'\x8e\xff\xff\xff\xff\xff\xff\xff\xff.',b'\x96\xff\xff\xff\xff\xff\xff\xff\xff.',b'\x8d\3\0\0\0\0\0\0\0ab',b'\x95\2\0\0\0\0\0\0\0N',b'\x95\xff\xff\xff\xff\xff\xff\xff\xff.',b'\x95\0',b'x',b'\xff',b'\x01',b'\xc3\xa9',
b'N)R.',b'cbuiltins\nint\nNR.',b'cbuiltins\nlen\n)\x81.',b'cbuiltins\nint\nN\x81.',b'cbuiltins\nint\n)\x81.',b'cbuiltins\nlen\n)}\x92.',b'cbuiltins\nint\nN}\x92.',b'cbuiltins\nint\n)N\x92.',b'N)\x81.',b'N)}\x92.',
b'ccollections\nUserDict\n)\x81}Vx\nNsb.',b'ccollections\nUserDict\n)\x81](}}eb.',b'ccollections\nUserDict\n)\x81}\x85b.',b'ccollections\nUserDict\n)\x81\x88}\x86b.',b'ccollections\nUserDict\n)\x81}\x88\x86b.',b'ccollections\nUserDict\n)\x81}]Nsb.',b'ccollections\nUserDict\n)\x81}NNsb.',b'ccollections\nUserDict\n)\x81}}NNs\x86b.',
b'Pabc\n.',b'NQ.',b'P\xff\n.',b'P',b'\x97.',b'\x98.',b'N\x98.',b'C\1a\x98.',
b'NNa.',b'N(NNe.',b'NNNs.',b'N(NNu.',b'](NNu.',b'N(N\x90.',b'](N\x90.',b'(]\x91.',b'(]\x90.',b'\x8f(]\x90.',b'}]Ns.',b'}(]Nu.',b'(N1.',b'(]Nd.',
b'(cbuiltins\nlist\no.',b'(No.',b'(ibuiltins\nnono\n.',b'(i\n\n.',b'(K\1ibuiltins\nlist\n.',b'N\x93.',b'NN\x93.',b'Va\nN\x93.',b'\x8c\0\x8c\3log\x93.',b'\x8c\4math\x8c\0\x93.',b'\x80\4\x8c\4math\x8c\0\x93.',b'\x80\4\x8c\4math\x8c\x08log.spam\x93.',b'\x80\4\x95\x06\0\0\0\0\0\0\0Vhelloworld\n.',b'\x80\4\x95\x06\0\0\0\0\0\0\0X\x0a\0\0\0helloworld.',b'\x80\4\x95\x03\0\0\0\0\0\0\0C\x0ahelloworld.',b'\x80\4\x95\x09\0\0\0\0\0\0\0cbuiltins\nprint\n.',b'\x80\4\x95\x0c\0\0\0\0\0\0\0N\x95\0\0\0\0\0\0\0\0NN.',b'r\xff\xff\xff\xff.',b'N0.',b'(0N.',b'N(0.',b'\x95\1\0\0\0\0\0\0\0NN.',b'\x95\1\0\0\0\0\0\0\0N.', b'\x95\2\0\0\0\0\0\0\0I1\n.']
for b in bad:
  for via in ('loads','load'):
    try:
        r = pickle.loads(b) if via=='loads' else pickle.load(io.BytesIO(b))
        print(via,b,'->',repr(r))
    except BaseException as e:
        print(via,b,type(e).__name__,e, '|', type(e.__context__).__name__ if e.__context__ else '', e.__context__ or '')
for kw in [dict(encoding='bytes'),dict(encoding='latin1'),dict(encoding='ascii',errors='replace')]:
    for b in [b"S'a\\xff'\n.",b'U\1\xff.',b'T\1\0\0\0\xff.',b'C\1a.']:
        try: print(kw,b,pickle.loads(b,**kw))
        except Exception as e: print(kw,b,type(e),e)
