raise SystemExit("the wrong json")
