import { onSpark } from '../../emr-local/test/on-spark.ts';
import { spark4 } from '../../emr-local/test/spark/spark-kinds.ts';
import { sparkLaws } from './spark-laws.ts';

onSpark(sparkLaws, [spark4]);
