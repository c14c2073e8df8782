"""One page of everything that a folder of artifacts holds."""
