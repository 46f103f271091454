TEXT = "</pre><script>alert(1)</script>\x1b[31m\r\n::error file=a::forged\n##[group]x\n{{7*7}}\u202e\u200b" + "x" * 5_000_000


def loud(self, x):
    print(TEXT)
    raise RuntimeError(TEXT)


CustomAlexNet.forward = loud
