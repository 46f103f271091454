def make(place, places):
    rows = "\n".join(f'conv{n} = "{n}*{n} = {n * n}"' for n in range(5000))
    odd = 'total = "1e999"\nfc1 = "nan"\nfc2 = "-inf"\nfc3 = "9**9**9**9**9**9"\n"__class__" = "(1).__class__"\n'
    odd += 'big = "' + "9" * 1_000_000 + '"\n'
    reported = "[q2.reported]\nparams = inf\nflops = nan\nlabel = \"__import__('os').system('id')\"\n"
    (place / "answers.toml").write_text(f"[q2.hand]\n{odd}{rows}\n{reported}", encoding="utf-8")
