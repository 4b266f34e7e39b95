"""The engine for more than one machine holds: vectors and words in Milvus, which is a file, a server or a cluster."""
