"""The manifest: what stands beside a model's numbers, so that anybody can tell what they are."""

from __future__ import annotations

from typing import Any

import msgspec

FORMAT = 1


class Block(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The features a model was made for; other features, other model."""

    features: int
    columns: int


class DataFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file learned from: its hash, and the rows and spam rows used of it."""

    name: str
    sha256: str
    rows: int
    spam: int


class TestedSource(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A source scored by a model that never saw it.

    Shares are in [0, 1]; a figure that the source cannot give (no spam, say) is None.
    """

    source: str
    ham: int
    spam: int
    one_minus_roca: float | None
    caught_at_1: float | None
    caught_at_01: float | None
    ham_filed_spam: float | None
    ham_held: float | None
    spam_filed_spam: float | None
    spam_held: float | None


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything about a model but its weights.

    `created` is the UTC date of training; `files` maps each artifact file to its sha256.
    """

    format: int
    version: str
    created: str
    features: Block
    ham_cutoff: float
    spam_cutoff: float
    seed: int
    files: dict[str, str]
    libraries: dict[str, str]
    data: tuple[DataFile, ...]
    excluded: tuple[str, ...] = ()
    settings: dict[str, Any] = {}
    tested: tuple[TestedSource, ...] = ()


def encode(manifest: Manifest) -> bytes:
    """The manifest as indented JSON with a final line feed."""
    return msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n"


def decode(raw: bytes) -> Manifest:
    """The manifest read back. Raises msgspec.ValidationError or DecodeError."""
    return msgspec.json.decode(raw, type=Manifest)
