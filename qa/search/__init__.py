"""Search: a dense and a lexical engine behind one protocol, and the fusion of their rankings."""
