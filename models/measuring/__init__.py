"""How good a model is: the protocols it is measured by, the figures, and the page that tells them.

Nothing that scores comments in service needs any of it.
"""
