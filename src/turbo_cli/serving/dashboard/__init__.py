"""The dashboard: pages, styles and scripts that come with the package and load nothing from elsewhere."""
