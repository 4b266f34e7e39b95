"""A library of texts: the facade, its generations, and how they are built and stored."""
