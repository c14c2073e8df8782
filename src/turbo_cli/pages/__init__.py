"""What pages that open from disk are made of: one style, tables, charts as SVG, embedded pictures."""
