def make(place, places):
    text = "## Q1 Main reason\n" + "x" * 1_000_000 + "\n" + "word \u0301\u0301\u0301" * 1_000_000 + "\n## Q1\n" * 100_000
    (place / "essay.md").write_text(text, encoding="utf-8")
