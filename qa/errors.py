"""Every error that this package raises for a reason that its user can act on.

    VerbatimError
    ├── SourceError            a text cannot be read: missing, empty, binary, too large
    ├── QuestionError          a question is empty or too long
    ├── SettingError           an argument is out of its range
    ├── ModelError             a model, an encoder or a reader is missing, altered or unusable
    └── LibraryError           something about a library's folder
        ├── LibraryMissing     there is no library there
        ├── LibraryDamaged     a file of it is missing, cut off or altered
        ├── LibraryMismatch    it was built with another model or format
        ├── LibraryBusy        another process is writing it
        ├── LibraryNotReadable its files cannot be read now: no permission, a disk error, too many open files
        └── LibraryNotWritable it can be read but not written

There are also two warnings: LanguageWarning and SourceWarning.

A message says what is wrong, with which value, and what to do about it.
"""


class VerbatimError(Exception):
    """The root of the tree: catch it to catch every error of this package."""


class SourceError(VerbatimError):
    """A text cannot be read: it is missing, empty, binary or too large."""


class QuestionError(VerbatimError):
    """A question is empty or too long, or holds a filter that cannot be understood."""


class SettingError(VerbatimError):
    """An argument is out of its range."""


class ModelError(VerbatimError):
    """A model, an encoder or a reader is missing, was altered, or gave unusable results."""


class LibraryError(VerbatimError):
    """Something is wrong with a library's folder."""


class LibraryMissing(LibraryError):
    """There is no library at that path."""


class LibraryDamaged(LibraryError):
    """A file of the library is missing, cut off or altered."""


class LibraryMismatch(LibraryError):
    """The library was built with another model or in another format."""


class LibraryBusy(LibraryError):
    """Another process is writing the library."""


class LibraryNotReadable(LibraryError):
    """The library's files cannot be read now, whole or not: permission, a disk error, memory, too many open files."""


class LibraryNotWritable(LibraryError):
    """The library's folder or its disk cannot be written."""


class LanguageWarning(UserWarning):
    """A text is in a language that the default model was not trained for."""


class SourceWarning(UserWarning):
    """A part of a file cannot be read; the rest is."""
