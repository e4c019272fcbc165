export { s3Targets } from './s3-targets.ts';
export type { S3Credentials, S3Encryption, S3TargetsOptions } from './s3-options.ts';
