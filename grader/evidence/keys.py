"""The address of a piece of evidence: a hash over everything that could change it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict

from grader.domain.assignment import Probe
from grader.domain.evidence import EVIDENCE_SCHEMA


def evidence_key(
    sha256: str,
    probe: Probe,
    *,
    dataset: str = "",
    seed: int = 0,
    device: str = "cpu",
    level: str = "",
    versions: Mapping[str, str] | None = None,
    material: str = "",
) -> str:
    """64 hex digits for one probe on the files with this hash.

    Of `versions` only torch's counts. `material` is a hash of whatever else
    the probe is given, such as the starter's texts.
    """
    parts = {
        "schema": EVIDENCE_SCHEMA,
        "submission": sha256,
        "probe": asdict(probe),
        "dataset": dataset,
        "seed": seed,
        "device": device,
        "level": level,
        "torch": (versions or {}).get("torch", ""),
        "material": material,
    }
    text = json.dumps(parts, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()
