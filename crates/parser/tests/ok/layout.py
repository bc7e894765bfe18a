# A comment
   # An indented one

def f():
	tab
	if a:
	        b

	# less

  # odd
	c


class A:

    def g(self):
        pass
    # at class level
    x = [
1,
        2
    ]

    y = '''
not indented
'''
def h(): return 1; 
if a:
    if b:
        if c: d
e
x = a + \
b
 
if a:
    pass
    # last
