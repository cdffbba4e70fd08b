"""Learning from decisions: one process teaches, every process that scores follows the log.

following: what is known, up to date · lecture: one batch of examples · teaching: the teacher ·
relearning: all lessons again on another base · retraining: a new base out of all sites' lessons.
"""
