"""Accuracy and latency profiles: how much each level gains and what it costs."""
