"""Enhancing frames at five levels: decoder, discriminators, multi-exit execution."""

from turbo_cli.enhancement.enhancer import Enhancer
from turbo_cli.enhancement.loading import load_enhancer
from turbo_cli.enhancement.runtime import Runtime

__all__ = ["Enhancer", "Runtime", "load_enhancer"]
