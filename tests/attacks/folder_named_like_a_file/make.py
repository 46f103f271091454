def make(place, places):
    (place / "hw4.py").mkdir()
    (place / "answers.toml").mkdir()
    (place / "essay.md").mkdir()
