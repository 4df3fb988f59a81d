"""Reports and papers of the contingent."""
