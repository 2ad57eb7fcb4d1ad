"""Indicators, targets, observations; roll-up, status and statistical process control."""
