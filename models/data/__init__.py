"""Labelled comments from files: what is read, and what is left out."""
