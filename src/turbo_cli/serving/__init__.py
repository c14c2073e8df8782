"""The service on the edge node: cameras in, results out."""
