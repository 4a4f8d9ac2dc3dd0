"""Normalising: kept blocks → the parts of the body as they are given out."""
