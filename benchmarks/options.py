"""Values of benchmarks' options."""

import argparse


def positive(text: str) -> int:
    """An option's value: a number from 1 on."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is less than 1")
    return number
