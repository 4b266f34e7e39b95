"""A page's markup: its tree, what names of classes say, the prose of an element, the comments in it."""
