def make(place, places):
    git = place / ".git"
    (git / "hooks").mkdir(parents=True)
    command = f"touch {places['OUTSIDE']}/{places['MARK']} /tmp/{places['MARK']}"
    (git / "config").write_text(f"[core]\n\tfsmonitor = {command}\n\thooksPath = hooks\n\tsshCommand = {command}\n")
    (git / "HEAD").write_text("ref: refs/heads/main\n")
    (git / "hooks/post-checkout").write_text(f"#!/bin/sh\n{command}\n")
    (git / "hooks/post-checkout").chmod(0o755)
    (place / ".gitattributes").write_text("* filter=evil\n")
    (place / ".envrc").write_text(command)
    (place / ".python-version").write_text("../../../evil\n")
