"""The day on Dagster and DuckDB: NDJSON to Parquet, statistics of each account, a summary. No control. FILE FOLDER"""
import os
import sys

import duckdb
from dagster import asset, materialize

FILE, FOLDER = sys.argv[1:3]
COLUMNS = (
    "{sequence: 'BIGINT', transaction_id: 'BIGINT', account_id: 'BIGINT', kind: 'VARCHAR', "
    "amount: 'DECIMAL(18,2)', currency: 'VARCHAR', market_id: 'BIGINT', occurred_at: 'TIMESTAMPTZ'}"
)


def at(name):
    return os.path.join(FOLDER, f"{name}.parquet")


def copy(query, name):
    duckdb.sql(f"COPY ({query}) TO '{at(name)}' (FORMAT parquet, COMPRESSION zstd)")


@asset
def transactions():
    copy(f"SELECT * FROM read_json('{FILE}', format = 'newline_delimited', columns = {COLUMNS})", "transactions")


@asset(deps=[transactions])
def statistics():
    group = "account_id, currency, kind"
    sums = "count(*) AS postings, sum(amount) AS net"
    copy(f"SELECT {group}, {sums} FROM '{at('transactions')}' GROUP BY {group}", "statistics")


@asset(deps=[statistics])
def summary():
    sums = "sum(postings) AS postings, sum(net) AS net"
    copy(f"SELECT currency, kind, {sums} FROM '{at('statistics')}' GROUP BY currency, kind", "summary")


if __name__ == "__main__":
    sys.exit(0 if materialize([transactions, statistics, summary]).success else 1)
