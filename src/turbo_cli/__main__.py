"""`python -m turbo_cli` is `turbo`."""

from turbo_cli.cli.main import main

if __name__ == "__main__":
    main()
