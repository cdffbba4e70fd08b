"""The moderation core: no Flask, Redis, RQ, scikit-learn, clock or environment."""
