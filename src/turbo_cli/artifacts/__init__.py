"""Every on-disk format: one module each, with a frozen dataclass, `read(path)` and `write(path, value)`."""
