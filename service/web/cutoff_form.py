"""Cutoffs as people type them: percentages, empty for the model's own."""

from __future__ import annotations

from service.core.store.tables import SiteRow
from service.core.verdict import Cutoffs
from service.web.language import _, percentage
from service.web.parts import parts


def model_cutoffs() -> Cutoffs | None:
    """Those that the live model brings; None without a model."""
    model = parts().scorer.model
    return Cutoffs(model.ham_cutoff, model.spam_cutoff) if model else None


def read_cutoff(typed: str) -> float | None:
    """The probability typed as a percentage; None for nothing. Raises ValueError."""
    text = typed.strip().removesuffix("%").strip().replace(",", ".")
    if not text:
        return None
    try:
        percent = float(text)
    except ValueError:
        percent = -1.0
    if not 0 <= percent <= 100:
        raise ValueError(_("Expected a percentage from 0 to 100, or nothing."))
    return round(percent / 100, 6)


def together(ham: float | None, spam: float | None, model: Cutoffs | None) -> Cutoffs:
    """Both as they would hold, the model's standing in for an empty one. Raises ValueError."""
    usual = model or Cutoffs(0, 1)
    low, high = (usual.ham if ham is None else ham), (usual.spam if spam is None else spam)
    if low > high:
        if ham is None:
            raise ValueError(
                _(
                    "Spam must begin at or above the other cutoff (the model’s, %(share)s).",
                    share=percentage(low),
                )
            )
        raise ValueError(
            _("Spam must begin at or above the other cutoff (%(share)s).", share=percentage(low))
        )
    return Cutoffs(low, high)


def holding(site: SiteRow, model: Cutoffs | None) -> Cutoffs:
    """Those that the site's comments are judged by, also where another model came under its own."""
    usual = model or Cutoffs(0, 1)
    ham = usual.ham if site.ham_cutoff is None else site.ham_cutoff
    spam = usual.spam if site.spam_cutoff is None else site.spam_cutoff
    return Cutoffs(min(ham, spam), spam)


def as_typed(cutoff: float | None) -> str:
    """What `read_cutoff` reads as this."""
    return "" if cutoff is None else f"{cutoff * 100:.4f}".rstrip("0").rstrip(".")
