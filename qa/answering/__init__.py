"""From retrieved passages to the answer: reader, calibration, highlights."""
