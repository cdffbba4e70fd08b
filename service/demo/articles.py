"""The articles of the demo site: enough of a newspaper to comment on.

Their prose is in `service/web/templates/article/demo`, one file for each name.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DemoArticle:
    """An article as its page announces it."""

    name: str  # in its address, and of the template with its text
    title: str
    summary: str
    byline: str

    @property
    def template(self) -> str:
        return f"article/demo/{self.name}.html"


ARTICLES = {
    article.name: article
    for article in (
        DemoArticle(
            "welcome",
            "Below the line",
            "How a comment finds its way to the page, and what you may try here yourself.",
            "By the editors",
        ),
        DemoArticle(
            "bread",
            "A loaf that keeps its own hours",
            "Ten minutes in the evening, five in the morning, and a crust that sings.",
            "By Jonas Feld",
        ),
        DemoArticle(
            "tram",
            "The number 9 comes back",
            "After half a century and more, a tram runs to the hospital on the hill again. "
            "It was late, dear, and full.",
            "By Marit Oosthuizen",
        ),
        DemoArticle(
            "telescope",
            "One minute with Saturn",
            "An old telescope in a water tower, and why people still queue on the stairs.",
            "By Tomás Ibarra",
        ),
    )
}
