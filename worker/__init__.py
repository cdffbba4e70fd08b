"""The worker: claims pending comments, scores them, has them judged."""
