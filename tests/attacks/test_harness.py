"""The attacks' own instruments hear, see and find what they are there for: else every attack would pass."""

from __future__ import annotations

import socket
import subprocess
import sys
import zlib
from pathlib import Path

from tests.attacks.suite import BASES, load_attacks
from tests.attacks.world import CANARY, MARK, Graded, _listeners, descendants, make_world


def graded(out: Path, **streams: bytes) -> Graded:
    """A run that left this folder."""
    return Graded(out, 0, streams.get("stdout", b""), streams.get("stderr", b""), (), "", (), 0.0)


def test_secret_is_found_wherever_it_stands(tmp_path: Path) -> None:
    """In a page, in a compressed stream of a PDF, in a stream of the command; not where it belongs."""
    secret = CANARY.encode()
    (tmp_path / "evidence").mkdir()
    for name, text in (("evidence/tree", secret), (".secret", secret), ("clean.html", b"nothing")):
        (tmp_path / name).write_bytes(text)
    assert graded(tmp_path).leaks(secret) == []
    (tmp_path / "page.html").write_bytes(b"<p>" + secret)
    (tmp_path / "page.pdf").write_bytes(b"%PDF-1.7\nstream\n" + zlib.compress(b"x" + secret) + b"\nendstream")
    assert graded(tmp_path, stderr=secret).leaks(secret) == ["page.html", "page.pdf", "stderr"]


def test_listeners_hear_whoever_comes(tmp_path: Path) -> None:
    """All four ways."""
    with _listeners(tmp_path) as ears:
        assert ears.heard() == ()
        socket.create_connection(("127.0.0.1", int(ears.places["TCP"]))).close()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
            out.sendto(b"x", ("127.0.0.1", int(ears.places["UDP"])))
        for address in (f"\0{ears.places['ABSTRACT']}", ears.places["SOCKET"]):
            with socket.socket(socket.AF_UNIX) as out:
                out.connect(address)
        assert set(ears.heard()) == {"tcp", "udp", "abstract socket", "path socket"}


def test_leftovers_are_seen(tmp_path: Path) -> None:
    """A file outside, a temporary one, a marked one in a public place, and a process."""
    world = make_world(tmp_path)
    known = descendants()
    assert world.left(known) == ()
    marked = Path("/dev/shm", f"{MARK}-test")
    daemon = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        (world.root / "outside/x").write_text("x")
        (world.root / "tmp/y").write_text("y")
        marked.write_text("z")
        found = "\n".join(world.left(known))
    finally:
        daemon.kill()
        daemon.wait()
        marked.unlink()
    for words in ("process ", "temporary file y", "written outside: x", MARK):
        assert words in found


def test_trusted_process_is_listened_to(tmp_path: Path) -> None:
    """Unpickling, a shell, and code of a submission that is compiled in the grader's own process are written down."""
    (tmp_path / "submissions").mkdir()
    (tmp_path / "submissions/hw4.py").write_text("x = 1\n")
    listener = Path(__file__).with_name("audited.py").read_text("utf-8").split('if __name__ == "__main__":')[0]
    code = f"{listener}\nsys.addaudithook(_hear)\nimport os, pickle, collections\n"
    code += "pickle.loads(pickle.dumps(collections.OrderedDict()))\nos.system('true')\n"
    code += "sys.path.insert(0, SUBMISSIONS)\nimport hw4\n"
    events = tmp_path / "events"
    subprocess.run([sys.executable, "-c", code, str(events), str(tmp_path / "submissions"), "ns"], check=True)
    heard = events.read_text("utf-8")
    for event in ("pickle.find_class", "os.system", "hw4.py"):
        assert event in heard


def test_bases_are_what_they_say() -> None:
    """The honest one is the demo's best; the weak one has every file of a submission."""
    for folder in BASES.values():
        assert {path.name for path in folder.iterdir()} >= {"hw4.py", "answers.toml", "essay.md"}
    assert {attack.base for attack in load_attacks()} <= {*BASES, "none"}
