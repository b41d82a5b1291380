"""One report a micrograph or a sample, as HTML or PDF.

What was found and how, how sure it is, what was left out and what failed, and how to make it again.
"""
