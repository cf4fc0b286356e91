# What this project uses of pyarrow.parquet, whose annotations leave arguments open.
from os import PathLike
from typing import BinaryIO

from pyarrow import Table

def read_table(source: str | PathLike[str] | BinaryIO) -> Table: ...
def write_table(table: Table, where: str | PathLike[str] | BinaryIO, *, compression: str = "snappy") -> None: ...
