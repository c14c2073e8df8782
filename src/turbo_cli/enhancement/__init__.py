"""Enhancing frames at five levels: decoder, discriminators, multi-exit execution."""

from turbo_cli.enhancement.enhancer import Enhancer
from turbo_cli.enhancement.loading import load_enhancer

__all__ = ["Enhancer", "load_enhancer"]
