"""Training: of the shipped detector, and of the enhancer in two stages."""
