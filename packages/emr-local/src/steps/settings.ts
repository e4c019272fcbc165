/** How steps are run. */
export interface StepSettings {
  /** The program that `spark-submit` stands for. Without one, such steps fail. */
  readonly sparkSubmit: string | undefined;
  /** What stands for the cluster: `--master yarn` of a step is replaced by it. */
  readonly sparkMaster: string;
  /** Settings that Spark gets before those of the step. */
  readonly sparkConf: Readonly<Record<string, string>>;
  /** Where `s3://` leads, and logs are put. Without it, to S3 itself, where none are put. */
  readonly s3Endpoint: string | undefined;
  /** The folder whose first level is the buckets of `s3://` log URIs. */
  readonly logFolder: string;
  /** The folder in which steps run. */
  readonly stateFolder: string;
}
