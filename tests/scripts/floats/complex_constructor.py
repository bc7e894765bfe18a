# One argument by position is converted whole; the parts themselves must be real.
import warnings
warnings.simplefilter('always')
for e in ["complex(real=4.25+0j)","complex(real=4.25+1.5j)","complex('1')","complex(real='1')","complex(1,2,3)","complex(x=1)","complex(imag='1')","complex(4.25, real=1)","complex(imag=1j)","complex(real=1, imag=2)", "complex(0, 4.25+0j)", "complex(0.0, 4.25j)","complex(4.25+0j, 0j)","complex({})","complex(real={})","complex(1,{})"]:
    with warnings.catch_warnings(record=True) as w:
        warnings.simplefilter('always')
        try: r=eval(e)
        except Exception as x: r=(type(x).__name__,str(x))
        print(e, r, [str(i.message) for i in w])
