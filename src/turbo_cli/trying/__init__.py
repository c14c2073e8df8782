"""One video without labels: what its detector sees, and which frames Turbo would enhance."""
