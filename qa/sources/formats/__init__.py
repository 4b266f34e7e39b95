"""The file formats, one module each; all of them implement one protocol, `qa.sources.detect.FormatModule`:

    def read(data: bytes, name: str) -> Iterator[Thread]

`data` is the whole file, decompressed, and `name` what to call it in threads and messages. `read` yields the threads in
the order of the file. It raises SourceError, with a message of one line that names the file, if the file holds none;
if a part of it is damaged or missing, it yields what is complete first and raises after the last thread. It runs in
the child process of `qa.sources.sandbox`, so it need not limit its own time or memory, but it must not open any file.

To add a format, write its module here, add a `Format` for it to `qa.sources.detect` with the signs by which its files
are recognised, and a sample file to `benchmarks/exports.py`.
"""
