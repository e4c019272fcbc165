/** Every entry of every package, so that each of their declarations is checked. */
import * as cli from '@daybook/cli';
import * as core from '@daybook/core';
import * as testing from '@daybook/core/testing';
import * as emr from '@daybook/emr-local';
import * as simulator from '@daybook/exchange-simulator';
import * as reports from '@daybook/reports-accounting';
import * as spark from '@daybook/runner-emr';
import * as runner from '@daybook/runner-local';
import * as target from '@daybook/target-file';
import * as bucket from '@daybook/target-s3';

export const everyEntry = [cli, core, testing, emr, simulator, reports, runner, spark, target, bucket];
