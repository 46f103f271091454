def make(place, places):
    (place / "hw4.py").write_text("class A:\n    def f(self):\n\treturn 1\n        return 2\n")
