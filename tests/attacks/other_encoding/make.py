def make(place, places):
    path = place / "hw4.py"
    text = path.read_text("utf-8") + '\n# 第二層\nNAME = "卷積"\n'
    path.write_bytes(text.encode("big5", "ignore"))
