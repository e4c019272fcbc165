import { onSpark, tellMissingSpark } from '../../emr-local/test/on-spark.ts';
import { spark3 } from '../../emr-local/test/spark/spark-kinds.ts';
import { sparkLaws } from './spark-laws.ts';

tellMissingSpark();

// On the other Spark: laws.slow.ts.
onSpark(sparkLaws, [spark3]);
