"""`turbo doctor`: what this machine has and lacks."""


def doctor() -> None:
    """Say what this machine has and lacks, with the command that mends it."""
    raise NotImplementedError
