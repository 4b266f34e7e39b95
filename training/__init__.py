"""Train the reader's weights: a span head and encoder layers fine-tuned on top of all-MiniLM-L6-v2."""
