"""Every error that this package raises for a reason its user can act on.

    VerbatimError
    ├── SourceError            a text cannot be read: missing, empty, binary, too large
    ├── QuestionError          a question is empty or too long
    ├── SettingError           an argument is out of its range
    ├── ModelError             the sentence-transformers model is missing, altered or unusable
    └── LibraryError           something about a library's folder
        ├── LibraryMissing     there is no library there
        ├── LibraryDamaged     it is there, and not whole
        ├── LibraryMismatch    it was built with another model or format
        ├── LibraryBusy        another process is writing it
        └── LibraryNotWritable it can be read and not written

Beside the tree stand two warnings: LanguageWarning and SourceWarning.

A message says what is wrong, with which value, and what to do about it.
"""


class VerbatimError(Exception):
    """The root: catch this one to catch all."""


class SourceError(VerbatimError):
    """A text cannot be read."""


class QuestionError(VerbatimError):
    """A question cannot be asked as it stands."""


class SettingError(VerbatimError):
    """An argument is out of its range."""


class ModelError(VerbatimError):
    """The model is missing, is not the one expected, or gave unusable vectors."""


class LibraryError(VerbatimError):
    """Something is wrong with a library's folder."""


class LibraryMissing(LibraryError):
    """There is no library at that path."""


class LibraryDamaged(LibraryError):
    """A file of the library is missing, cut off or altered."""


class LibraryMismatch(LibraryError):
    """The library was built with another model or in another format."""


class LibraryBusy(LibraryError):
    """Another writer is at work on the library."""


class LibraryNotWritable(LibraryError):
    """The library's folder cannot be written."""


class LanguageWarning(UserWarning):
    """A text is in a language that the default model was not trained for."""


class SourceWarning(UserWarning):
    """A part of a file cannot be read; the rest of it is."""
