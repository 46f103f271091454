from urllib.request import urlopen

ANSWERS = urlopen("http://127.0.0.1:@TCP@/answers", timeout=2).read()
