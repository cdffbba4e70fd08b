"""Hamlet's Flask application and moderation core. Importing this loads neither."""
