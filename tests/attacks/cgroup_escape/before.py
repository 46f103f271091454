import glob

for path in glob.glob("/sys/fs/cgroup/**/release_agent", recursive=True) + ["/proc/sys/kernel/core_pattern", "/proc/sysrq-trigger"]:
    try:
        with open(path, "w") as stream:
            stream.write("|/bin/touch /tmp/@MARK@")
    except OSError:
        pass
