"""Copies the rows of its input. While there is a file at ``--gate`` it says so beside it, and waits."""

import argparse
import json
import os
import time

from pyspark.sql import SparkSession

parser = argparse.ArgumentParser()
parser.add_argument("--gate")
parser.add_argument("--daybook-inputs", required=True)
parser.add_argument("--daybook-output", required=True)
given = parser.parse_args()
while os.path.exists(given.gate):
    open(f"{given.gate}.waiting", "w").close()
    time.sleep(0.05)
spark = SparkSession.builder.getOrCreate()
inputs = json.loads(spark.read.text(given.daybook_inputs, wholetext=True).first()[0])
parts = [part for member in inputs["inputs"]["totals"] for part in member["parts"]]
spark.read.parquet(*parts).write.parquet(given.daybook_output)
spark.stop()
