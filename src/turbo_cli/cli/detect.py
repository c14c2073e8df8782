"""`turbo detect`: run a detector over a dataset, video or image."""


def detect() -> None:
    """Run a detector over a dataset, video or image."""
    raise NotImplementedError
