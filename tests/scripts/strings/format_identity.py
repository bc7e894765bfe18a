# Formatting that changes nothing gives the text itself.
text="abcde"
for e in ['"%s" % text','"%.5s" % text','"%.10s" % text','"%1s" % text','"%5s" % text','"{0}".format(text)','"{0:s}".format(text)','"{0:.5s}".format(text)','"{0:.10s}".format(text)','"{0:1s}".format(text)','"{0:5s}".format(text)','text % ()','text.format()', '"%r" % text', '"%s%s" % (text,"")', '"%(a)s" % {"a":text}', '"{a}{b}".format(a="",b=text)','f"{text}"', 'f"{text:5s}"','format(text,"3")','"{!s}".format(text)', 'text.format_map({})', '"%s" % (text,)']:
    print(e, eval(e) is text)
