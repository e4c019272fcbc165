import { tellMissingSpark } from '../../emr-local/test/on-spark.ts';
import { spark3 } from '../../emr-local/test/spark/spark-kinds.ts';
import { sameNumbersOn } from './same-numbers/suite.ts';

tellMissingSpark();

// On the other Spark: same-numbers.slow.ts.
sameNumbersOn([spark3]);
