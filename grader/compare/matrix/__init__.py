"""Vectors and matrices compared: by a normal form of words, and entry by entry at sizes."""
