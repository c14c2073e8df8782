"""From other formats to a Turbo dataset: one file a format, one conversion for all."""

from turbo_cli.data.importers.importing import FORMATS, Imported, import_dataset

__all__ = ["FORMATS", "Imported", "import_dataset"]
