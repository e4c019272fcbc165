"""The day on Luigi and PyArrow: NDJSON to Parquet, statistics of each account, a summary. No control. FILE FOLDER"""
import os
import sys

import luigi
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.json
import pyarrow.parquet as pq

FILE, FOLDER = sys.argv[1:3]
FIELDS = pa.schema(
    [
        ("sequence", pa.int64()),
        ("transaction_id", pa.int64()),
        ("account_id", pa.int64()),
        ("kind", pa.string()),
        ("amount", pa.string()),
        ("currency", pa.string()),
        ("market_id", pa.int64()),
        ("occurred_at", pa.string()),
    ]
)


class Output(luigi.Task):
    def output(self):
        return luigi.LocalTarget(os.path.join(FOLDER, f"{self.get_task_family()}.parquet"))

    def write(self, table):
        with self.output().temporary_path() as path:
            pq.write_table(table, path, compression="zstd")


class Transactions(Output):
    def run(self):
        table = pyarrow.json.read_json(
            FILE,
            read_options=pyarrow.json.ReadOptions(block_size=16 << 20),
            parse_options=pyarrow.json.ParseOptions(
                explicit_schema=FIELDS, unexpected_field_behavior="ignore"
            ),
        )
        amount = table.schema.get_field_index("amount")
        exact = pc.cast(table["amount"], pa.decimal128(18, 2))
        self.write(table.set_column(amount, "amount", exact))


class Statistics(Output):
    def requires(self):
        return Transactions()

    def run(self):
        columns = ["account_id", "currency", "kind", "amount"]
        table = pq.read_table(self.input().path, columns=columns)
        self.write(table.group_by(columns[:3]).aggregate([("amount", "sum"), ("amount", "count")]))


class Summary(Output):
    def requires(self):
        return Statistics()

    def run(self):
        table = pq.read_table(self.input().path)
        sums = [("amount_sum", "sum"), ("amount_count", "sum")]
        self.write(table.group_by(["currency", "kind"]).aggregate(sums))


if __name__ == "__main__":
    sys.exit(0 if luigi.build([Summary()], local_scheduler=True, log_level="WARNING") else 1)
