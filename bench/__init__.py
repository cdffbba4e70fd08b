"""Benchmarks: each is one command that prints a table. Nothing here runs in the test suite."""
