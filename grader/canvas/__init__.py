"""What comes out of Canvas: the submissions archive, and who its files belong to."""
