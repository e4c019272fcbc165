"""One Spark for many submissions of the application: ``server.py <socket>``, started by the tests.

A start of Spark takes most of the time of a small step. Here it is started once, and the application's own ``main`` runs in
it for each submission, in a thread; all else is as on a cluster: plans, results, files and exit codes. What is to be
stopped in the middle has a Spark of its own: see ``spark-submit``.
"""

import hashlib
import importlib.util
import json
import signal
import socketserver
import sys
import threading
import types

from pyspark.sql import SparkSession

modules: dict[str, types.ModuleType] = {}
loading = threading.Lock()


def load(path: str) -> types.ModuleType:
    """The application at a path, loaded once for what is in it."""
    with open(path, "rb") as file:
        digest = hashlib.sha256(file.read()).hexdigest()
    with loading:
        if digest not in modules:
            spec = importlib.util.spec_from_file_location(f"application_{digest}", path)
            module = importlib.util.module_from_spec(spec)
            sys.modules[spec.name] = module
            spec.loader.exec_module(module)
            modules[digest] = module
        return modules[digest]


class Submission(socketserver.StreamRequestHandler):
    """Reads the application and its plan, answers with the exit code."""

    def handle(self) -> None:
        asked = json.loads(self.rfile.readline())
        code = load(asked["application"]).main([asked["plan"]])
        self.wfile.write(f"{code}\n".encode())


class Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


session = SparkSession.builder.appName("shared").getOrCreate()
# They are for the main thread of a process, and the end of this one is not theirs to say.
signal.signal = lambda *_: None
SparkSession.stop = lambda *_: None
with Server(sys.argv[1], Submission) as server:
    print("listening", flush=True)
    server.serve_forever()
