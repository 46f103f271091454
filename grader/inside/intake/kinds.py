"""What kind of file something is, by its name and its first bytes."""

from __future__ import annotations

PYTHON = "python"
NOTEBOOK = "notebook"
TOML = "toml"
MARKDOWN = "markdown"
PDF = "pdf"
ARCHIVE = "archive"
WEIGHTS = "weights"
OTHER = "other"

_BY_SUFFIX = {
    **dict.fromkeys((".py", ".pyw"), PYTHON),
    ".ipynb": NOTEBOOK,
    ".toml": TOML,
    **dict.fromkeys((".md", ".markdown", ".txt", ".rst"), MARKDOWN),
    **dict.fromkeys(
        (".pt", ".pt2", ".pth", ".ckpt", ".safetensors", ".h5", ".hdf5", ".keras", ".onnx", ".pkl"), WEIGHTS
    ),
    **dict.fromkeys((".docx", ".xlsx", ".pptx", ".odt", ".npz", ".whl", ".jar", ".pages"), OTHER),
}
"""A suffix says more than the first bytes: weights and office files are zip archives inside."""

ZIP = "zip"

_ARCHIVES = (
    (b"PK\x03\x04", ZIP),
    (b"PK\x05\x06", ZIP),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!\x1a\x07", "rar"),
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
)
"""First bytes of archives, and what the format is called; an empty zip has its own."""

_ARCHIVE_SUFFIXES = (".zip", ".7z", ".rar", ".tar", ".tgz", ".gz", ".bz2", ".xz")
_TAR_MAGIC_AT = 257


def kind_of(path: str, data: bytes) -> str:
    """One of the kinds of FileFact."""
    name = path.rsplit("/", 1)[-1].lower()
    suffix = f".{name.rsplit('.', 1)[1]}" if "." in name else ""
    if data.startswith(b"%PDF-"):
        return PDF
    if suffix in _BY_SUFFIX:
        return _BY_SUFFIX[suffix]
    return ARCHIVE if name.endswith(_ARCHIVE_SUFFIXES) or archive_format(data) else OTHER


def archive_format(data: bytes) -> str | None:
    """What kind of archive these bytes are, None when they are none that we know."""
    if data[_TAR_MAGIC_AT : _TAR_MAGIC_AT + 5] == b"ustar":
        return "tar"
    return next((name for magic, name in _ARCHIVES if data.startswith(magic)), None)
