import stat
import zipfile


def make(place, places):
    with zipfile.ZipFile(place, "w") as archive:
        for name, target in (("hw4.py", "/etc/passwd"), ("out", places["OUTSIDE"])):
            entry = zipfile.ZipInfo(name)
            entry.create_system = 3
            entry.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(entry, target)
        archive.writestr(f"out/{places['MARK']}", "here I was")
