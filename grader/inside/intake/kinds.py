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
    **dict.fromkeys((".pt", ".pth", ".ckpt", ".safetensors", ".h5", ".hdf5", ".keras", ".onnx", ".pkl"), WEIGHTS),
    **dict.fromkeys((".docx", ".xlsx", ".pptx", ".odt", ".npz", ".whl", ".jar", ".pages"), OTHER),
}
"""A suffix says more than the first bytes: weights and office files are zip archives inside."""

_BY_MAGIC = (
    (b"%PDF-", PDF),
    (b"PK\x03\x04", ARCHIVE),
    (b"PK\x05\x06", ARCHIVE),
    (b"7z\xbc\xaf\x27\x1c", ARCHIVE),
    (b"Rar!\x1a\x07", ARCHIVE),
    (b"\x1f\x8b", ARCHIVE),
    (b"BZh", ARCHIVE),
    (b"\xfd7zXZ\x00", ARCHIVE),
    (b"\x28\xb5\x2f\xfd", ARCHIVE),
)
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
    for magic, kind in _BY_MAGIC:
        if data.startswith(magic):
            return kind
    if name.endswith(_ARCHIVE_SUFFIXES) or data[_TAR_MAGIC_AT : _TAR_MAGIC_AT + 5] == b"ustar":
        return ARCHIVE
    return OTHER


def is_zip(data: bytes) -> bool:
    """True for the first bytes of a zip archive, an empty one too."""
    return data.startswith((b"PK\x03\x04", b"PK\x05\x06"))
