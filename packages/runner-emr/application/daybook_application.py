"""Makes the outputs of Daybook tasks on Spark: ``spark-submit daybook_application.py <path of plan.json>``.

The plan says what to do, the results what came of it; ``src/submission/plan.ts`` and ``result.ts`` describe both. Each work
of a plan writes below its own stage only, and leaves a ``result.json`` there in every case, so that one that fails never
fails its neighbours. Needs Python 3.9 with its standard library, and pyspark 3.5 or 4.0.
"""

from __future__ import annotations

import json
import os
import platform
import re
import signal
import sys
import threading
import time
import traceback
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from functools import reduce
from typing import Any, Callable, Mapping, Optional, Sequence

from py4j.protocol import Py4JError, Py4JJavaError
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import DataType, DecimalType, NullType, TimestampType

#: What would change values or their types where Spark, its version or a cluster has another default.
SETTINGS: Mapping[str, str] = {
    "spark.sql.ansi.enabled": "true",
    "spark.sql.ansi.doubleQuotedIdentifiers": "false",
    "spark.sql.ansi.enforceReservedKeywords": "false",
    "spark.sql.caseSensitive": "false",
    "spark.sql.decimalOperations.allowPrecisionLoss": "true",
    "spark.sql.files.ignoreCorruptFiles": "false",
    "spark.sql.files.ignoreMissingFiles": "false",
    "spark.sql.legacy.setopsPrecedence.enabled": "false",
    "spark.sql.legacy.timeParserPolicy": "CORRECTED",
    "spark.sql.parquet.binaryAsString": "false",
    "spark.sql.parquet.compression.codec": "zstd",
    "spark.sql.parquet.datetimeRebaseModeInRead": "CORRECTED",
    "spark.sql.parquet.datetimeRebaseModeInWrite": "CORRECTED",
    "spark.sql.parquet.fieldId.read.enabled": "false",
    "spark.sql.parquet.fieldId.write.enabled": "false",
    "spark.sql.parquet.inferTimestampNTZ.enabled": "true",
    "spark.sql.parquet.int96RebaseModeInRead": "CORRECTED",
    "spark.sql.parquet.int96RebaseModeInWrite": "CORRECTED",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    "spark.sql.parquet.writeLegacyFormat": "false",
    "spark.sql.parser.escapedStringLiterals": "false",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.sources.partitionOverwriteMode": "STATIC",
    "spark.sql.timestampType": "TIMESTAMP_LTZ",
    # A text of a statement may have `${…}` in it, and means it.
    "spark.sql.variable.substitute": "false",
}

#: How much work is divided, where there is much: parts as many as there are processors where each has so much to write,
#: fewer and then one where there is less, and more where they would grow beyond what is read well.
MUCH: Mapping[str, str] = {
    "spark.sql.adaptive.enabled": "true",
    "spark.sql.adaptive.coalescePartitions.enabled": "true",
    "spark.sql.adaptive.coalescePartitions.minPartitionSize": "32MB",
    "spark.sql.adaptive.advisoryPartitionSizeInBytes": "256MB",
}

#: And where there is little: to divide it, and to look at each step how much it became, takes longer than to do it.
LITTLE: Mapping[str, str] = {
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.autoBroadcastJoinThreshold": "-1",
    "spark.sql.shuffle.partitions": "1",
}

#: So many works of a plan run beside each other.
WORKS_AT_ONCE = 4

#: So many files are asked for their sizes, or digested, at once.
FILES_AT_ONCE = 8

#: How often the works that run are looked at, and how often it is looked for a wish to cancel them.
TICK_SECONDS = 0.25
CANCEL_LOOK_SECONDS = 3.0

LONGEST_TRACE = 20_000

RESTORE = "restore it from a backup, or make its task again with --force"

#: How each declared type lies in a file that a program of the user's own wrote, as Parquet's own words say it.
PARQUET_TYPES: Mapping[str, Sequence[str]] = {
    "BOOLEAN": ["BOOLEAN"],
    "INTEGER": ["INT32", "INT32 INTEGER(32,true)"],
    "BIGINT": ["INT64", "INT64 INTEGER(64,true)"],
    "STRING": ["BINARY STRING"],
    "DATE": ["INT32 DATE"],
    "TIMESTAMP": ["INT64 TIMESTAMP(MICROS,true)", "INT64 TIMESTAMP(MILLIS,true)"],
}

INTEGERS = frozenset({"TINYINT", "SMALLINT", "INTEGER", "BIGINT"})


class Failed(Exception):
    """An attempt that failed, with whose fault it is, a code of Daybook's list, and a message for people."""

    def __init__(self, fault: str, code: str, message: str) -> None:
        super().__init__(message)
        self.fault = fault
        self.code = code
        self.message = message


class Stopped(Exception):
    """The work was cancelled, or took too long."""


# ---------------------------------------------------------------------------------------------------------------- files


@dataclass(frozen=True)
class Footer:
    """What the footer of a Parquet file says: its rows, and each column with its type in Parquet's words."""

    rows: int
    columns: Sequence[tuple[str, str]]


class Files:
    """Files by path, wherever Hadoop's file systems reach: ``s3://``, ``s3a://`` and ``file://`` alike.

    A path is the text of a Hadoop ``Path``: nothing in it is percent-encoded.
    """

    def __init__(self, spark: SparkSession) -> None:
        self._jvm: Any = spark.sparkContext._jvm
        self._configuration: Any = spark.sparkContext._jsc.hadoopConfiguration()  # type: ignore[attr-defined]

    def spellings(self, path: str) -> set[str]:
        """How Spark may tell of this path: as it is, or with what is no letter of a URL encoded."""
        hadoop = self._path(path)
        return {str(hadoop.toString()), str(hadoop.toUri().toString())}

    def read(self, path: str) -> bytes:
        """All bytes of a small file."""
        stream = self._system(path).open(self._path(path))
        try:
            return bytes(stream.readAllBytes())
        finally:
            stream.close()

    def size(self, path: str) -> Optional[int]:
        """The size of a file in bytes; nothing where there is none."""
        try:
            return int(self._system(path).getFileStatus(self._path(path)).getLen())
        except Py4JJavaError as error:
            if error.java_exception.getClass().getName() == "java.io.FileNotFoundException":
                return None
            raise

    def exists(self, path: str) -> bool:
        """Whether there is a file."""
        return self.size(path) is not None

    def create(self, path: str, content: bytes) -> None:
        """Writes a small file as a whole. Where there is one already it stays as it is."""
        if path.startswith("file:"):
            self._create_local(path, content)
            return
        try:
            stream = self._system(path).create(self._path(path), False)
        except Py4JJavaError as error:
            if "FileAlreadyExists" in error.java_exception.getClass().getName():
                return
            raise
        try:
            stream.write(bytearray(content))
        finally:
            stream.close()

    def parquet_in(self, folder: str) -> list[str]:
        """The paths of the Parquet files in a folder and below it, in order. What begins with `_` or `.` is not data."""
        found = []
        system = self._system(folder)
        files = system.listFiles(self._path(folder), True)
        below = len(self._path(folder).toUri().getPath()) + 1
        while files.hasNext():
            name = files.next().getPath().toUri().getPath()[below:]
            if name.endswith(".parquet") and not re.search(r"(^|/)[_.]", name):
                found.append(folder + name)
        return sorted(found)

    def footer(self, path: str) -> Footer:
        """The footer of a Parquet file."""
        parquet = self._jvm.org.apache.parquet.hadoop
        reader = parquet.ParquetFileReader.open(
            parquet.util.HadoopInputFile.fromPath(self._path(path), self._configuration)
        )
        try:
            fields = reader.getFileMetaData().getSchema().getFields()
            return Footer(int(reader.getRecordCount()), [(each.getName(), parquet_type(each)) for each in fields])
        finally:
            reader.close()

    def sha256(self, path: str) -> str:
        """The SHA-256 of a file, in hex digits. The bytes stay with Java, which does it as fast as they come."""
        jvm = self._jvm
        digest = jvm.java.security.MessageDigest.getInstance("SHA-256")
        stream = jvm.java.security.DigestInputStream(self._system(path).open(self._path(path)), digest)
        try:
            nowhere = jvm.java.io.OutputStream.nullOutputStream()
            jvm.org.apache.hadoop.io.IOUtils.copyBytes(stream, nowhere, 1 << 20, False)
        finally:
            stream.close()
        return bytes(digest.digest()).hex()

    def _create_local(self, path: str, content: bytes) -> None:
        """By a name of its own, and then a link: who reads meanwhile sees nothing or all of it."""
        final = str(self._path(path).toUri().getPath())
        os.makedirs(os.path.dirname(final), exist_ok=True)
        temporary = f"{final}.{os.getpid()}-{threading.get_ident()}"
        with open(temporary, "wb") as file:
            file.write(content)
        try:
            os.link(temporary, final)
        except FileExistsError:
            pass
        finally:
            os.unlink(temporary)

    def _path(self, path: str) -> Any:
        return self._jvm.org.apache.hadoop.fs.Path(path)

    def _system(self, path: str) -> Any:
        return self._path(path).getFileSystem(self._configuration)


def parquet_type(column: Any) -> str:
    """A column's type in Parquet's words, such as `INT64 DECIMAL(18,2)`; of one that is no plain value, `a group`."""
    if not column.isPrimitive() or column.getRepetition().toString() == "REPEATED":
        return "a group"
    primitive = column.asPrimitiveType()
    annotation = primitive.getLogicalTypeAnnotation()
    name = str(primitive.getPrimitiveTypeName().toString())
    return name if annotation is None else f"{name} {annotation.toString()}"


def each_of(function: Callable[[Any], Any], items: Sequence[Any]) -> list[Any]:
    """What the function gives for each item, in their order, several at once."""
    if len(items) < 2:
        return [function(item) for item in items]
    with ThreadPoolExecutor(FILES_AT_ONCE) as pool:
        return list(pool.map(function, items))


# -------------------------------------------------------------------------------------------------------------- columns


def quoted(name: str) -> str:
    """A name as Spark's SQL quotes it."""
    return "`" + name.replace("`", "``") + "`"


def schema_of(columns: Sequence[Mapping[str, str]]) -> str:
    """Columns as Spark reads a schema."""
    return ", ".join(f"{quoted(column['name'])} {column['type']}" for column in columns)


def type_name(kind: DataType) -> str:
    """A type in the words of Spark's SQL, such as `DECIMAL(18,2)`."""
    name = kind.simpleString().upper()
    return {"INT": "INTEGER", "VOID": "NULL"}.get(name, name)


#: No column of a task is called so.
MEMBER = "number of the member"

#: What a path begins with before its place; `file:` is followed by one slash or by three.
SCHEME = "^[A-Za-z][A-Za-z0-9+.-]*:/*"


def place_of(path: str) -> str:
    """A path without its scheme."""
    return re.sub(SCHEME, "", path)


def distinct_parts(members: Sequence[Mapping[str, Any]]) -> bool:
    """Whether no file is named twice."""
    paths = [part["uri"] for member in members for part in member["parts"]]
    return len(set(paths)) == len(paths)


def stored_columns(planned: Mapping[str, Any]) -> list[Mapping[str, str]]:
    """The columns of an input that its files have."""
    return [column for column in planned["columns"] if column["name"] in planned["stored"]]


def cells_of(planned: Mapping[str, Any], extra: Mapping[str, Any]) -> list[Any]:
    """The columns of an input: from its files, from the parameters of its tasks, or null."""

    def cell(column: Mapping[str, str]) -> Any:
        name = column["name"]
        if name in extra:
            return extra[name].cast(column["type"]).alias(name)
        if name in planned["stored"]:
            return F.col(quoted(name))
        return F.lit(None).cast(column["type"]).alias(name)

    return [cell(column) for column in planned["columns"]]


def fits(found: DataType, declared: str) -> bool:
    """Whether a column can become one of the declared type with every value as it is, or fail.

    Engines differ in how wide their integers and decimals are, never in the scale of a decimal.
    """
    if isinstance(found, NullType):
        return True
    if isinstance(found, DecimalType):
        return declared.startswith("DECIMAL(") and declared.endswith(f",{found.scale})")
    name = type_name(found)
    return name == declared or (name in INTEGERS and declared in INTEGERS)


def column_differences(found: Sequence[tuple[str, DataType]], declared: Sequence[Mapping[str, str]]) -> list[str]:
    """What of the columns found is not as declared, each in half a sentence."""
    names = [name.lower() for name, _ in found]
    wrong = [f"{name} is there twice" for index, name in enumerate(names) if names.index(name) != index]
    types = {name.lower(): kind for name, kind in found}
    for column in declared:
        name, wanted = column["name"], column["type"]
        kind = types.pop(name, None)
        if kind is None:
            wrong.append(f"{name} is missing")
        elif not fits(kind, wanted):
            told = f"{name} is {type_name(kind)} and is declared {wanted}"
            wrong.append(f"{told}; write CAST(… AS {wanted}) AS {name}")
    return wrong + [f"{name} is not declared" for name in types]


def file_differences(footer: Footer, declared: Sequence[Mapping[str, str]]) -> list[str]:
    """What of the columns of a file is not as declared, each in half a sentence."""
    types = dict(footer.columns)
    wrong = []
    for column in declared:
        name, wanted = column["name"], column["type"]
        kind = types.pop(name, None)
        if kind is None:
            wrong.append(f"{name} is missing")
        elif not lies_as(kind, wanted):
            wrong.append(f"{name} is {kind} and is declared {wanted}; write it as {wanted}")
    return wrong + [f"{name} is not declared" for name in types]


def lies_as(kind: str, declared: str) -> bool:
    """Whether a type in Parquet's words is how a declared type lies in a file."""
    if declared.startswith("DECIMAL("):
        return kind.endswith(f" {declared}")
    return kind in PARQUET_TYPES[declared]


# -------------------------------------------------------------------------------------------------------------- failures


#: Java's exceptions by which a part tells that it is no Parquet, or cannot be decoded.
DAMAGE = re.compile(r"org\.apache\.parquet\.|is not a Parquet file|ParquetDecodingException")
#: Those of files, networks and executors.
OUTSIDE = re.compile(
    r"IOException|FileNotFoundException|NoSuchFile|FileSystemException|AccessDenied|ClosedChannel|NoClassDefFound"
    r"|ClassNotFound|SocketException|ConnectException|TimeoutException"
    r"|InterruptedException|FetchFailed|^com\.amazonaws\.|^software\.amazon\.|^org\.apache\.hadoop\.(fs|ipc|net)\."
)
LOST = re.compile(r"ExecutorLostFailure|SparkContext was shut down|SparkContext has been shutdown|No space left on device")
#: Those by which Spark refuses a statement, or a value as it computes.
STATEMENT = re.compile(
    r"(Parse|Analysis|ExtendedAnalysis|NumberFormat|DateTime|Arithmetic|ArrayIndexOutOfBounds|SparkRuntime"
    r"|SparkIllegalArgument|SparkUnsupportedOperation|SparkUpgrade)Exception$"
)
#: What Spark advises that nobody here can follow, and what says nothing to people.
ADVICE = re.compile(
    r" ?Use ['`]try_(?!cast)\w+['`] to [^.]*\."
    r"| ?If necessary set [^.]*\"?spark\.sql\.[^ ]+ to [^.]*\."
    r"| SQLSTATE: \w+$"
    r"|; line \d+ pos \d+;?$"
)


def failure_of(error: BaseException, task: str) -> Failed:
    """What went wrong, told apart: whose fault it is, and the cause in words."""
    if isinstance(error, Failed):
        return error
    causes = java_causes(error)
    if not causes:
        fault = "infrastructure" if isinstance(error, (Py4JError, OSError)) else "task"
        return Failed(fault, "job-failed", f"{task} failed: {first_line(str(error)) or type(error).__name__}")
    whole = "\n".join(f"{name}: {message}" for name, message in causes)
    if "java.lang.OutOfMemoryError" in whole:
        remedy = "give Spark's driver and executors more, then run again"
        return Failed("task", "memory-exceeded", f"{task} needs more memory than there is: {remedy}.")
    name, message = first_cause(causes, DAMAGE)
    if name and not LOST.search(whole):
        return Failed("task", "part-damaged", f"A part that {task} reads is damaged: {message}: {RESTORE}.")
    name, message = first_cause(causes, STATEMENT)
    if name and not any(OUTSIDE.search(each) for each, _ in causes):
        return Failed("task", "sql-failed", f"The SQL of {task} failed: {message}")
    name, message = first_cause(causes, OUTSIDE)
    if name:
        return Failed("infrastructure", "target-failed", f"The files of {task} could not be had: {message}")
    if LOST.search(whole):
        return Failed("infrastructure", "job-failed", f"Spark lost what it needs for {task}: {first_line(causes[-1][1])}")
    return Failed("task", "job-failed", f"{task} failed on Spark: {first_line(causes[-1][1]) or causes[-1][0]}")


def java_causes(error: BaseException) -> list[tuple[str, str]]:
    """Java's exceptions behind an error, each with the name of its class and its message; the outermost first."""
    thrown = getattr(error, "java_exception", None) or getattr(error, "_origin", None)
    causes: list[tuple[str, str]] = []
    try:
        while thrown is not None and len(causes) < 20:
            causes.append((str(thrown.getClass().getName()), str(thrown.getMessage() or "")))
            thrown = thrown.getCause()
    except Py4JError:
        pass  # Java is gone; what it said until then has to do.
    return causes


def first_cause(causes: Sequence[tuple[str, str]], pattern: "re.Pattern[str]") -> tuple[str, str]:
    """The innermost cause whose class fits the pattern, with the first line of its message."""
    for name, message in reversed(causes):
        if pattern.search(name) or (pattern is DAMAGE and pattern.search(message)):
            return name, first_line(message) or name
    return "", ""


def first_line(message: str) -> str:
    """The first line of a message, without what no person can use."""
    line = message.strip().split("\n", 1)[0].strip()
    while ADVICE.search(line):
        line = ADVICE.sub("", line).strip()
    return line


# -------------------------------------------------------------------------------------------------------------- one work


@dataclass
class Work:
    """One attempt of the plan, and how far it is."""

    planned: Mapping[str, Any]
    group: str
    begun: Optional[float] = None
    ended: bool = False
    #: Why it is to stop, once it is.
    stop: Optional[str] = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def task(self) -> str:
        """The id of its task."""
        return str(self.planned["task"])

    @property
    def stage(self) -> str:
        """The path of the folder that it writes into, with a slash at its end."""
        return str(self.planned["stage"])

    def check(self) -> None:
        """Ends the work here if it is to stop."""
        if self.stop is not None:
            raise Stopped(self.stop)


class Attempt:
    """Does one work, in a session where no other is done meanwhile: the names of its inputs are no business of others."""

    def __init__(self, work: Work, session: SparkSession, files: Files, limits: Mapping[str, int]) -> None:
        self._work = work
        self._session = session
        self._files = files
        self._limits = limits

    def run(self) -> Mapping[str, Any]:
        """Makes, writes and measures the output, and tells its result. Raises what goes wrong."""
        try:
            return self._run()
        finally:
            for name in [each["name"] for each in self._work.planned["inputs"]] + ["output"]:
                self._session.catalog.dropTempView(name)

    def _run(self) -> Mapping[str, Any]:
        work, planned = self._work, self._work.planned
        self._check_parts()
        for planned_input in planned["inputs"]:
            self._create_view(planned_input)
        work.check()
        paths = self._write() if planned["written"] is None else self._find()
        work.check()
        self._read(planned["columns"], paths).createOrReplaceTempView("output")
        measured = Measurement(self._session, self._limits, planned).run(work.check)
        work.check()
        if not all(control["held"] for control in measured.controls):
            return {"outcome": "blocked", "controls": measured.controls}
        parts = each_of(self._part, paths)
        rows = sum(part["rows"] for part in parts)
        if rows != int(measured.sums["rows"]):
            raise Failed(
                "infrastructure",
                "job-failed",
                f"The parts of {work.task} have {rows} rows, and {measured.sums['rows']} were read: run again.",
            )
        return {"outcome": "staged", "parts": parts, "sums": measured.sums, "controls": measured.controls}

    # Inputs

    def _check_parts(self) -> None:
        """Refuses a part that is not there, or has another size than recorded."""
        planned = self._work.planned
        members = [member for each in planned["inputs"] for member in each["members"]]
        parts = [part for member in members for part in member["parts"]]
        sizes = each_of(lambda part: self._files.size(part["uri"]), parts)
        for part, size in zip(parts, sizes):
            if size == part["bytes"]:
                continue
            found = "is not there" if size is None else f"has {size} bytes instead of {part['bytes']}"
            raise Failed("task", "part-damaged", f"The part {part['uri']} {found}: {RESTORE}.")

    def _create_view(self, planned: Mapping[str, Any]) -> None:
        """Makes a view of an input with exactly its declared columns. Nothing is read until a query asks."""
        columns = planned["columns"]
        if not columns:
            return  # Named files are no table.
        members = [member for member in planned["members"] if member["parts"]]
        if not members:
            nothing = ", ".join(f"CAST(NULL AS {each['type']}) AS {quoted(each['name'])}" for each in columns)
            frame = self._session.sql(f"SELECT {nothing} WHERE FALSE")
        elif self._work.planned["little"] and len(members) > 1 and distinct_parts(members):
            frame = self._members(planned, members)
        else:
            frame = reduce(DataFrame.union, [self._member(planned, member) for member in members])
        frame.createOrReplaceTempView(quoted(planned["name"]))

    def _member(self, planned: Mapping[str, Any], member: Mapping[str, Any]) -> DataFrame:
        """The rows of one task of an input, with its parameters as columns."""
        frame = self._read(stored_columns(planned), [part["uri"] for part in member["parts"]])
        extra = {name: F.lit(value) for name, value in member["extra"].items()}
        return frame.select(cells_of(planned, extra))

    def _members(self, planned: Mapping[str, Any], members: Sequence[Mapping[str, Any]]) -> DataFrame:
        """The rows of several tasks of an input by one scan: each row's file tells whose it is.

        Where there is little to read, to plan a scan for each of them takes longer than to read them all.
        """
        places = {}
        for number, member in enumerate(members):
            for part in member["parts"]:
                for spelling in self._files.spellings(part["uri"]):
                    places[place_of(spelling)] = number
        file = F.regexp_replace(F.col("_metadata.file_path"), SCHEME, "")
        numbers = F.create_map(*[F.lit(each) for place in places.items() for each in place])
        known = F.coalesce(numbers[file], F.raise_error(F.concat(F.lit("Whose rows are these? "), file)).cast("int"))
        paths = [part["uri"] for member in members for part in member["parts"]]
        # The number is a column of its own, so that it is looked up once for each row.
        frame = self._read(stored_columns(planned), paths).withColumn(MEMBER, known)
        extra = {
            name: F.array(*[F.lit(member["extra"].get(name)) for member in members])[F.col(quoted(MEMBER))]
            for name in {name for member in members for name in member["extra"]}
        }
        return frame.select(cells_of(planned, extra))

    def _read(self, columns: Sequence[Mapping[str, str]], paths: Sequence[str]) -> DataFrame:
        """The rows of these files and no others, read by these columns. Their folders' names are no columns."""
        escaped = [re.sub(r"([{}\[\]*?\\])", r"\\\1", path) for path in paths]
        reader = self._session.read.schema(schema_of(columns)).option("recursiveFileLookup", "true")
        # Spark reads a path once, however often it is named; a file that is two parts is read twice.
        rounds: list[list[str]] = []
        for path in escaped:
            fitting = next((each for each in rounds if path not in each), None)
            if fitting is None:
                rounds.append([path])
            else:
                fitting.append(path)
        return reduce(DataFrame.unionAll, [reader.parquet(*each) for each in rounds])

    # Output

    def _write(self) -> list[str]:
        """Writes the rows of the statement, and tells the paths of the files."""
        work, planned = self._work, self._work.planned
        frame = self._session.sql(planned["statement"])
        found = [(each.name, each.dataType) for each in frame.schema.fields]
        self._refuse(column_differences(found, planned["columns"]))
        cells = [
            f"CAST({quoted(column['name'])} AS {column['type']}) AS {quoted(column['name'])}"
            for column in planned["columns"]
        ]
        folder = f"{work.stage}{self._session.sparkContext.applicationId}/"
        rows = frame.selectExpr(*cells)
        divided = rows.coalesce(1) if planned["little"] else rows.hint("rebalance")
        writer = divided.write.mode("errorifexists")
        writer.option("mapreduce.fileoutputcommitter.marksuccessfuljobs", "false").parquet(folder)
        return self._files.parquet_in(folder)

    def _find(self) -> list[str]:
        """The paths of the files that a program of the user's own wrote."""
        planned = self._work.planned
        try:
            paths = self._files.parquet_in(planned["written"])
        except Py4JJavaError as error:
            if error.java_exception.getClass().getName() != "java.io.FileNotFoundException":
                raise
            paths = []
        if not paths:
            raise Failed(
                "task",
                "output-invalid",
                f"The program of {self._work.task} wrote no Parquet into {planned['written']}: let it write there, "
                "with its columns and no rows where there are none.",
            )
        footers = each_of(self._files.footer, paths)
        for path, footer in zip(paths, footers):
            self._refuse(file_differences(footer, planned["columns"]), f" in {path}")
        return paths

    def _refuse(self, differences: Sequence[str], where: str = "") -> None:
        if differences:
            told = "; ".join(differences)
            message = f"The output of {self._work.task} is not what it declares{where}: {told}."
            raise Failed("task", "output-invalid", message)

    def _part(self, path: str) -> Mapping[str, Any]:
        """A file of the output as the result names it."""
        return {
            "name": path[len(self._work.stage) :],
            "bytes": self._files.size(path),
            "rows": self._files.footer(path).rows,
            "sha256": self._files.sha256(path),
        }


# ---------------------------------------------------------------------------------------------------------- measurement

Row = Sequence[Optional[str]]


@dataclass(frozen=True)
class Measured:
    """What is told of an output: its row sums, and what its controls measured."""

    sums: Mapping[str, str]
    controls: Sequence[Mapping[str, Any]]


class Measurement:
    """Controls and row sums over the view `output`, by one query: Spark takes longer to plan many than to do their work.

    The query is a union, each row with the name of what it belongs to and its values as texts. Only where a control does
    not hold, more is asked.
    """

    def __init__(self, session: SparkSession, limits: Mapping[str, int], planned: Mapping[str, Any]) -> None:
        self._session = session
        self._limits = limits
        self._planned = planned
        self._controls: Sequence[Mapping[str, Any]] = planned["controls"]
        #: The query of each control that has one.
        self._frames = {
            index: session.sql(control["query"])
            for index, control in enumerate(self._controls)
            if control["kind"] != "rows"
        }

    def run(self, check: Callable[[], None]) -> Measured:
        """Measures everything; `check` is called before each further query."""
        found: dict[str, list[Row]] = {}
        for name, cells in reduce(DataFrame.union, self._questions()).collect():
            found.setdefault(name, []).append(cells)
        [sums] = found["sums"]
        counted = iter(found.get("counts", [[]])[0])
        rows = next(counted, None)
        controls = []
        for index, control in enumerate(self._controls):
            check()
            if control["kind"] == "rows":
                controls.append(self._rows_control(control, str(rows), str(next(counted))))
            elif control["kind"] == "query":
                controls.append(self._query_control(index, found.get(f"rows {index}", [])))
            else:
                [counts] = found[f"counts {index}"]
                controls.append(self._groups_control(index, counts, found.get(f"rows {index}", [])))
        return Measured(dict(zip(("rows", "high", "low"), map(str, sums))), controls)

    def _questions(self) -> list[DataFrame]:
        questions = [named("sums", self._session.sql(self._planned["rowSums"]).select("rows", "high", "low"))]
        conditions = [control["broken"] for control in self._controls if control["kind"] == "rows"]
        if conditions:
            counts = [f"count(*) FILTER (WHERE {condition}\n) AS c{index}" for index, condition in enumerate(conditions)]
            query = f"SELECT count(*) AS rows, {', '.join(counts)} FROM output"
            questions.append(named("counts", self._session.sql(query)))
        for index, frame in self._frames.items():
            if self._controls[index]["kind"] == "query":
                questions.append(named(f"rows {index}", first_rows(frame, self._limits["offenders"] + 1)))
            else:
                counts = frame.selectExpr("count(*) AS groups", "count_if(broken) AS broken")
                questions.append(named(f"counts {index}", counts))
                groups = first_rows(frame.drop("broken"), self._limits["groups"] + 1)
                questions.append(named(f"rows {index}", groups))
        return questions

    def _rows_control(self, control: Mapping[str, Any], rows: str, broken: str) -> Mapping[str, Any]:
        counts = {"rows": rows, "broken": broken}
        if broken == "0":
            return held(control, counts)
        return self._broken(control, counts, self._session.sql(f"SELECT * FROM output WHERE {control['broken']}"))

    def _query_control(self, index: int, rows: Sequence[Row]) -> Mapping[str, Any]:
        control, frame, most = self._controls[index], self._frames[index], self._limits["offenders"]
        if not rows:
            return held(control, {"broken": "0"})
        broken = len(rows) if len(rows) <= most else frame.count()
        return {
            **held(control, {"broken": str(broken)}),
            "held": False,
            "offenders": [dict(zip(frame.columns, row)) for row in rows[:most]],
        }

    def _groups_control(self, index: int, counted: Row, rows: Sequence[Row]) -> Mapping[str, Any]:
        control, frame = self._controls[index], self._frames[index]
        counts = {"groups": str(counted[0]), "broken": str(counted[1])}
        few = len(rows) <= self._limits["groups"]
        totals = [{"group": row[:-2], "left": row[-2], "right": row[-1]} for row in rows] if few else []
        if counted[1] == "0":
            return {**held(control, counts), "totals": totals}
        return {**self._broken(control, counts, frame.where("broken").drop("broken")), "totals": totals}

    def _broken(self, control: Mapping[str, Any], counts: Mapping[str, str], frame: DataFrame) -> dict[str, Any]:
        rows = named("", first_rows(frame, self._limits["offenders"])).collect()
        offenders = [dict(zip(frame.columns, cells)) for _, cells in rows]
        return {**held(control, counts), "held": False, "offenders": offenders}


def held(control: Mapping[str, Any], counts: Mapping[str, str]) -> dict[str, Any]:
    """What is told of a control that holds."""
    return {"name": control["name"], "held": True, "counts": counts}


def first_rows(frame: DataFrame, most: int) -> DataFrame:
    """The first rows in order of all their columns, nulls last. Two columns of one name are two all the same."""
    plain = frame.toDF(*[f"c{index}" for index in range(len(frame.columns))])
    return plain.orderBy([F.col(name).asc_nulls_last() for name in plain.columns]).limit(most)


def named(name: str, frame: DataFrame) -> DataFrame:
    """Rows as a name and an array of texts, so that those of several queries can stand in one."""
    texts = F.array(*[F.expr(text_of(quoted(each.name), each.dataType)) for each in frame.schema.fields])
    return frame.select(F.lit(name).alias("name"), texts.alias("cells"))


def text_of(column: str, kind: DataType) -> str:
    """The SQL for a value as people are shown it."""
    if isinstance(kind, TimestampType):
        return f"date_format({column}, \"yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'\")"
    return f"CAST({column} AS STRING)"


# ------------------------------------------------------------------------------------------------------------- the plan


class Application:
    """Runs the works of a plan, several at once, and sees to it that each has a result."""

    def __init__(self, spark: SparkSession, files: Files, plan: Mapping[str, Any]) -> None:
        self._spark = spark
        self._files = files
        self._plan = plan
        submission = str(plan["submission"])
        self._works = [Work(planned, f"{submission}-{index}") for index, planned in enumerate(plan["works"])]
        self._unwritten = 0
        self._parent = os.getppid()
        self._sessions = threading.local()

    def run(self) -> int:
        """Runs all works to their end, and gives the code to exit with: 0 when each has a result, of whatever outcome."""
        with ThreadPoolExecutor(WORKS_AT_ONCE) as pool:
            running: set[Future[None]] = {pool.submit(self._run_work, work) for work in self._works}
            looked = 0.0
            while running:
                done, running = wait(running, TICK_SECONDS, FIRST_COMPLETED)
                for each in done:
                    each.result()
                look = time.monotonic() - looked >= CANCEL_LOOK_SECONDS
                if look:
                    looked = time.monotonic()
                self._watch(look)
        return 0 if self._unwritten == 0 else 1

    def _watch(self, look: bool) -> None:
        """Stops what is to stop, again and again: a work may begin a next job before it sees that it is to end."""
        if os.getppid() != self._parent:
            os._exit(1)  # The program that started this one is gone, and Spark with it.
        for work in self._works:
            if work.begun is None or work.ended:
                continue
            seconds = work.planned["timeoutSeconds"]
            if seconds is not None and time.monotonic() - work.begun > seconds:
                work.stop = work.stop or "timed-out"
            if look and self._cancelled(work):
                work.stop = work.stop or "cancelled"
            if work.stop is not None:
                with work.lock:
                    if not work.ended:
                        self._spark.sparkContext.cancelJobGroup(work.group)

    def _cancelled(self, work: Work) -> bool:
        """Whether the runner wants no more of it. Where that cannot be told now, the next look will."""
        try:
            return self._files.exists(f"{work.stage}cancel")
        except (Py4JError, OSError):
            return False

    def _run_work(self, work: Work) -> None:
        """Does one work and writes its result. Never raises: what cannot be written is counted."""
        try:
            if self._files.exists(f"{work.stage}result.json"):
                say(f"{work.task}: there is a result already")
                return
            begun = time.monotonic()
            result = self._result(work)
            document = {
                "format": 1,
                "submission": self._plan["submission"],
                "application": self._spark.sparkContext.applicationId,
                "engine": {"spark": self._spark.version, "python": platform.python_version()},
                "seconds": round(time.monotonic() - begun, 3),
                **result,
            }
            self._files.create(f"{work.stage}result.json", json.dumps(document, indent=1).encode())
            say(f"{work.task}: {result['outcome']}, {document['seconds']} s{told(result)}")
        except Exception as error:  # pylint: disable=broad-except
            self._unwritten += 1
            say(f"{work.task}: no result could be written: {error}\n{traceback.format_exc()}")

    def _result(self, work: Work) -> Mapping[str, Any]:
        """How a work ended, whatever happened to it."""
        if self._cancelled(work):
            return {"outcome": "cancelled"}
        context = self._spark.sparkContext
        context.setJobGroup(work.group, work.task, interruptOnCancel=True)
        work.begun = time.monotonic()
        try:
            return Attempt(work, self._session(work.planned["little"]), self._files, self._plan["limits"]).run()
        except Exception as error:  # pylint: disable=broad-except
            if work.stop is not None:
                return {"outcome": work.stop}
            failed = failure_of(error, work.task)
            return {
                "outcome": "failed",
                "fault": failed.fault,
                "code": failed.code,
                "message": failed.message,
                "trace": traceback.format_exc()[:LONGEST_TRACE],
            }
        finally:
            with work.lock:
                work.ended = True

    def _session(self, little: bool) -> SparkSession:
        """The session of this thread, with its work divided or not.

        Not one for each work: there may be hundreds, and Spark keeps classes and settings for each of them.
        """
        local = self._sessions
        if not hasattr(local, "session"):
            local.session = self._spark.newSession()
            for name, value in SETTINGS.items():
                local.session.conf.set(name, value)
            local.usual = {name: local.session.conf.get(name) for name in LITTLE}
        for name, value in (LITTLE if little else {**local.usual, **MUCH}).items():
            local.session.conf.set(name, value)
        session: SparkSession = local.session
        return session


def told(result: Mapping[str, Any]) -> str:
    """What the log says of a result, besides its outcome."""
    if result["outcome"] == "failed":
        return f", {result['code']}: {result['message']}"
    if result["outcome"] == "staged":
        return f", {result['sums']['rows']} rows in {len(result['parts'])} parts"
    return ""


def say(line: str) -> None:
    """Tells something in the log of the step."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(arguments: Sequence[str]) -> int:
    """Runs the plan at the path that is the one argument."""
    signal.signal(signal.SIGTERM, lambda *_: os._exit(143))
    [path] = arguments
    builder = SparkSession.builder.appName("daybook")
    for name, value in SETTINGS.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    files = Files(spark)
    plan = json.loads(files.read(path))
    if plan["format"] != 1:
        say(f"The plan {path} is of format {plan['format']}, and this application knows format 1.")
        return 1
    code = Application(spark, files, plan).run()
    spark.stop()
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
