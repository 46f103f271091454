import os

tops = ["/", "/tmp", "/var/tmp", "/dev/shm", "/run", "/etc", "/srv", "/opt", "/mnt", "/home", "/root", "/usr/lib", "@OUTSIDE@"]
tops += ["@HOME@", "@ROOT@", "@OUT@", "@DATA@", "@CHECKOUT@", "..", "../..", os.path.dirname(os.__file__)]
for top in tops:
    for name in ("@MARK@", "sitecustomize.py", "result.json"):
        try:
            with open(os.path.join(top, name), "w") as stream:
                stream.write("here I was")
        except OSError:
            pass
