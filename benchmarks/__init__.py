"""Measuring: quality against floors. Not installed; run from the checkout."""
