"""One file a subcommand: read options, call the library, render. No logic."""
