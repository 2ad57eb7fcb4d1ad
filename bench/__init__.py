"""What the product promises of its speed, as ratios of two things timed in one run on one machine.

A module has `run()`, which returns what it timed and the ratios, and may have `MOST`: the most that each may be.
"""
