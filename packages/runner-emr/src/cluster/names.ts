import { sha256 } from '@daybook/core';

/** Which scratch, owner and cluster a name stands for. A name is all that every listing of EMR tells, so it tells all. */
export interface ClusterName {
  /** The beginning of the digest of the scratch's URI: 16 hex digits. */
  readonly scratch: string;
  readonly owner: string;
  readonly cluster: string;
}

/** Which scratch, owner and submission the name of a step stands for. */
export interface StepName {
  readonly scratch: string;
  readonly owner: string;
  readonly step: string;
}

/** The digest of a scratch in names: those who share the scratch know each other's clusters by it. */
export function scratchDigest(scratch: string): string {
  return sha256(scratch).slice(0, 16);
}

export function clusterName({ scratch, owner, cluster }: ClusterName): string {
  return `daybook scratch-${scratch} owner-${owner} cluster-${cluster}`;
}

/** Undefined for the cluster of somebody else. */
export function readClusterName(name: string): ClusterName | undefined {
  const [, scratch, owner, cluster] =
    /^daybook scratch-([0-9a-f]{16}) owner-([0-9a-f]{32}) cluster-([0-9a-f]{32})$/.exec(name) ?? [];
  return scratch === undefined || owner === undefined || cluster === undefined
    ? undefined
    : { scratch, owner, cluster };
}

const longestLabel = 130;

/** The label comes first, for people, without what EMR takes in no name. */
export function stepName(label: string, { scratch, owner, step }: StepName): string {
  const shown = [...label.replaceAll(/[^\u0020-\u007E\u00A0-\uD7FF]|[<>$|`]/g, '-')]
    .slice(0, longestLabel)
    .join('');
  return `${shown} (daybook scratch-${scratch} owner-${owner} step-${step})`;
}

/** Undefined for the step of somebody else. */
export function readStepName(name: string): StepName | undefined {
  const [, scratch, owner, step] =
    / \(daybook scratch-([0-9a-f]{16}) owner-([0-9a-f]{32}) step-([0-9a-f]{32})\)$/.exec(name) ?? [];
  return scratch === undefined || owner === undefined || step === undefined
    ? undefined
    : { scratch, owner, step };
}
