"""`hamlet up`: one process tree with everything in it. The story is told in `launch.py`."""
