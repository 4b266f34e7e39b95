"""From ranked passages to the answer: the reader, its calibration, what is marked."""
