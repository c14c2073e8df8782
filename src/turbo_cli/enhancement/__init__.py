"""Enhancing frames at five levels: decoder, discriminators, multi-exit execution."""
