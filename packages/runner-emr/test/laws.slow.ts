import { onSpark } from '../../emr-local/test/on-spark.ts';
import { sparkLaws } from './spark-laws.ts';

onSpark(sparkLaws);
