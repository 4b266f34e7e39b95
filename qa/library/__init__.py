"""A folder of texts that can be asked: the facade, its generations, how one is built and stored."""
