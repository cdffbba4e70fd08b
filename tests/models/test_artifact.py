"""A model on disk: what is written is read back, and nothing else is."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from models import ArtifactMismatch, NotTrained, load
from models.artifact import MANIFEST, WEIGHTS, content_hash, read, save, weights_bytes
from models.classifier import SHIPPED
from models.features import COLUMNS
from models.manifest import Manifest, decode, encode
from models.training import Fitted, Settings, package


def small_weights() -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    weights = np.zeros(COLUMNS, dtype=np.float32)
    weights[[0, 7, COLUMNS - 1]] = 1.5, -2.0, 0.25
    return weights


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    raw, manifest = package(
        Fitted(small_weights(), -1.0),
        cutoffs=(0.2, 0.9),
        created="2026-11-22",
        data=(),
        excluded=(),
        tested=(),
        settings=Settings(),
    )
    save(tmp_path / "model", raw, manifest)
    return tmp_path / "model"


def change(folder: Path, **fields: object) -> None:
    row = json.loads((folder / MANIFEST).read_text())
    (folder / MANIFEST).write_text(json.dumps(row | fields))


def replace_weights(folder: Path, raw: bytes) -> None:
    (folder / WEIGHTS).write_bytes(raw)
    change(folder, files={WEIGHTS: content_hash(raw)})


def test_what_is_saved_is_read_back(saved: Path) -> None:
    weights, bias, manifest = read(saved)
    np.testing.assert_array_equal(weights, small_weights())
    assert (bias, manifest.ham_cutoff, manifest.spam_cutoff) == (-1.0, 0.2, 0.9)
    assert manifest.version.startswith("2026.11-")
    assert load(saved).version == manifest.version


def test_the_same_weights_give_the_same_bytes() -> None:
    assert weights_bytes(small_weights(), 1.0) == weights_bytes(small_weights(), 1.0)


def test_saving_leaves_no_side_file_behind(saved: Path) -> None:
    assert sorted(path.name for path in saved.iterdir()) == [MANIFEST, WEIGHTS]


def test_a_manifest_survives_the_way_through_json(saved: Path) -> None:
    manifest = load(saved).manifest
    assert decode(encode(manifest)) == manifest
    assert isinstance(manifest, Manifest)


@pytest.mark.parametrize("name", [MANIFEST, WEIGHTS])
def test_a_missing_file_is_no_model(saved: Path, name: str) -> None:
    (saved / name).unlink()
    with pytest.raises(NotTrained, match=r"hamlet train") as caught:
        load(saved)
    assert name in caught.value.found


@pytest.mark.parametrize(
    "fields",
    [
        {"format": 99},
        {"features": {"features": 0, "columns": 1}},
        {"ham_cutoff": 0.95},
        {"spam_cutoff": 7},
        {"surprise": True},
        {"files": {}},
    ],
)
def test_a_manifest_that_does_not_fit_is_refused(saved: Path, fields: dict[str, object]) -> None:
    change(saved, **fields)
    with pytest.raises(ArtifactMismatch):
        load(saved)


def test_changed_weights_are_refused(saved: Path) -> None:
    raw = bytearray((saved / WEIGHTS).read_bytes())
    raw[-1] ^= 1
    (saved / WEIGHTS).write_bytes(raw)
    with pytest.raises(ArtifactMismatch, match="hash"):
        load(saved)


def arrays(path: Path, **changed: object) -> bytes:
    plain = {
        "gaps": np.array([0, 1], dtype=np.uint32),
        "values": np.array([1, 2], dtype=np.float16),
        "bias": np.array([0.0]),
    }
    np.savez(path / "x.npz", **(plain | changed))  # type: ignore[arg-type]
    return (path / "x.npz").read_bytes()


@pytest.mark.parametrize(
    "changed",
    [
        {"gaps": np.array([0, COLUMNS], dtype=np.uint32)},
        {"gaps": np.array([0.0, 1.0])},
        {"values": np.array([1, np.nan], dtype=np.float16)},
        {"values": np.array([1], dtype=np.float16)},
        {"bias": np.array([np.inf])},
        {"bias": np.zeros(2)},
        {"values": np.array([print, print], dtype=object)},
        {"more": np.zeros(8 * COLUMNS)},
    ],
)
def test_arrays_that_do_not_fit_are_refused(
    saved: Path, tmp_path: Path, changed: dict[str, object]
) -> None:
    replace_weights(saved, arrays(tmp_path, **changed))
    with pytest.raises(ArtifactMismatch):
        load(saved)


def test_bytes_that_are_no_archive_are_refused(saved: Path) -> None:
    replace_weights(saved, b"PK\x03\x04 not really")
    with pytest.raises(ArtifactMismatch):
        load(saved)


def test_a_file_too_large_is_not_even_read(saved: Path) -> None:
    with (saved / MANIFEST).open("r+b") as stream:
        stream.truncate((1 << 20) + 1)
    with pytest.raises(ArtifactMismatch, match="bytes"):
        load(saved)


def test_the_shipped_model_is_small() -> None:
    assert sum(path.stat().st_size for path in SHIPPED.iterdir()) < 5_000_000
