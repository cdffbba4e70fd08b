"""A model on disk: plain arrays and a manifest. Loading runs no code and trusts no size.

Each file is written beside its final name and renamed, the manifest last: a reader finds a whole
model or the previous one. Hashes in the manifest bind the two together.
"""

from __future__ import annotations

import hashlib
import io
import os
import zipfile
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from models.errors import ArtifactMismatch, NotTrained
from models.features import COLUMNS, VERSION
from models.manifest import FORMAT, Manifest, decode, encode

MANIFEST = "manifest.json"
WEIGHTS = "weights.npz"
_LARGEST = {MANIFEST: 1 << 20, WEIGHTS: 20 << 20}
"""Bytes that a file may have on disk. Units: bytes."""

_REMEDY = "train again with `hamlet train`, or put the shipped model back"


def weights_bytes(weights: NDArray[np.float32], bias: float) -> bytes:
    """The weights as the bytes of an npz file; the same numbers give the same bytes.

    Only the columns that weigh anything are kept. Shape of weights: (COLUMNS,).
    """
    index = np.flatnonzero(weights).astype(np.uint32)
    arrays: dict[str, NDArray[Any]] = {
        "gaps": np.diff(index, prepend=np.uint32(0)).astype(np.uint32),
        "values": weights[index].astype(np.float16),
        "bias": np.array([bias], dtype=np.float64),
    }
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, array in arrays.items():
            raw = io.BytesIO()
            np.lib.format.write_array(raw, array, allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0)), raw.getvalue())
    return stream.getvalue()


def content_hash(raw: bytes) -> str:
    """The sha256 of some bytes, in hex."""
    return hashlib.sha256(raw).hexdigest()


def save(directory: Path, raw_weights: bytes, manifest: Manifest) -> None:
    """Writes a model into `directory`, made where needed; replaces the one there as a whole."""
    directory.mkdir(parents=True, exist_ok=True)
    _replace(directory / WEIGHTS, raw_weights)
    _replace(directory / MANIFEST, encode(manifest))


def _replace(path: Path, raw: bytes) -> None:
    side = path.with_name(f".{path.name}.{os.getpid()}")
    with side.open("wb") as stream:
        stream.write(raw)
        stream.flush()
        os.fsync(stream.fileno())
    side.replace(path)


def read_manifest(directory: Path) -> Manifest:
    """The manifest of the model in `directory`. Raises NotTrained, ArtifactMismatch."""
    return _manifest(_read(directory, MANIFEST))


def _manifest(raw: bytes) -> Manifest:
    try:
        manifest = decode(raw)
    except msgspec.MsgspecError as error:
        raise ArtifactMismatch("a model manifest", str(error), _REMEDY) from error
    expected = f"format {FORMAT}, features {VERSION}, {COLUMNS} columns"
    made_for = manifest.features
    found = f"format {manifest.format}, features {made_for.features}, {made_for.columns} columns"
    if found != expected:
        raise ArtifactMismatch(expected, found, _REMEDY)
    if not 0 <= manifest.ham_cutoff <= manifest.spam_cutoff <= 1:
        raise ArtifactMismatch(
            "0 <= ham_cutoff <= spam_cutoff <= 1",
            f"{manifest.ham_cutoff} and {manifest.spam_cutoff}",
            _REMEDY,
        )
    return manifest


def read(directory: Path) -> tuple[NDArray[np.float32], float, Manifest]:
    """Weights of shape (COLUMNS,), bias, and manifest. Raises NotTrained, ArtifactMismatch."""
    return unpack(*read_bytes(directory))


def read_bytes(directory: Path) -> tuple[bytes, bytes]:
    """Manifest and weights as they lie on disk, for `unpack`. Raises NotTrained."""
    return _read(directory, MANIFEST), _read(directory, WEIGHTS)


def unpack(manifest: bytes, weights: bytes) -> tuple[NDArray[np.float32], float, Manifest]:
    """What `read` gives, from bytes kept elsewhere. Raises ArtifactMismatch."""
    told = _manifest(manifest)
    found, expected = content_hash(weights), told.files.get(WEIGHTS, "")
    if found != expected:
        raise ArtifactMismatch(f"{WEIGHTS} with hash {expected[:12]}", found[:12], _REMEDY)
    return *_unpack(weights), told


def _read(directory: Path, name: str) -> bytes:
    path = directory / name
    try:
        size = path.stat().st_size
        if size > _LARGEST[name]:
            raise ArtifactMismatch(f"at most {_LARGEST[name]} bytes", f"{size}", _REMEDY)
        return path.read_bytes()
    except OSError as error:
        remedy = f"look at {path}: {error.strerror}; " + _REMEDY
        raise NotTrained("a trained model", f"no readable {name}", remedy) from error


def _unpack(raw: bytes) -> tuple[NDArray[np.float32], float]:
    """The arrays of an npz, their sizes checked before and their values after unpacking."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            sizes = {item.filename: item.file_size for item in archive.infolist()}
        if sum(sizes.values()) > 8 * COLUMNS + 4096:
            raise ArtifactMismatch(f"at most {COLUMNS} weights", f"{sizes}", _REMEDY)
        with np.load(io.BytesIO(raw), allow_pickle=False) as arrays:
            gaps, values, bias = arrays["gaps"], arrays["values"], arrays["bias"]
    except (ValueError, KeyError, EOFError, OSError, zipfile.BadZipFile) as error:
        raise ArtifactMismatch("arrays gaps, values and bias", str(error), _REMEDY) from error
    _check(gaps, values, bias)
    weights = np.zeros(COLUMNS, dtype=np.float32)
    weights[np.cumsum(gaps, dtype=np.int64)] = values
    return weights, float(bias[0])


def _check(gaps: NDArray[Any], values: NDArray[Any], bias: NDArray[Any]) -> None:
    kinds = [array.dtype.name for array in (gaps, values, bias)]
    fits = (
        kinds == ["uint32", "float16", "float64"]
        and gaps.ndim == 1
        and gaps.shape == values.shape
        and bias.shape == (1,)
    )
    if not fits:
        found = f"{gaps.dtype}{gaps.shape}, {values.dtype}{values.shape}, {bias.dtype}{bias.shape}"
        raise ArtifactMismatch("uint32 (n,), float16 (n,), float64 (1,)", found, _REMEDY)
    if int(gaps.sum(dtype=np.int64)) >= COLUMNS:
        raise ArtifactMismatch(f"columns below {COLUMNS}", "a column beyond", _REMEDY)
    if not (np.isfinite(values).all() and np.isfinite(bias).all()):
        raise ArtifactMismatch("finite weights", "NaN or infinity", _REMEDY)
