"""Text to unit vectors: the encoder protocol, the default model, other models."""
