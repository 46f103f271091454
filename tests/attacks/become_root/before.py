import os
import stat
import subprocess

for number in (0, 1000, 65533):
    for call in (os.setuid, os.setgid, os.seteuid, os.setegid):
        try:
            call(number)
        except OSError:
            pass
try:
    with open("root.sh", "w") as stream:
        stream.write("#!/bin/sh\nid > /tmp/@MARK@\n")
    os.chmod("root.sh", 0o6755)
    os.mknod("disk", stat.S_IFBLK | 0o666, os.makedev(8, 0))
except OSError:
    pass
for command in (["su", "-c", "id"], ["sudo", "-n", "id"], ["mount", "/tmp"], ["./root.sh"]):
    try:
        subprocess.run(command, capture_output=True, timeout=3)
    except (OSError, subprocess.SubprocessError):
        pass
