"""How a check is declared, called and turned into points. Pure; no torch, no I/O."""
