import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { inputs, internalErrorOf } from '../src/model/inputs.ts';
import { scalars, xmlPattern, type Scalar } from '../src/model/scalars.ts';
import { structures, type Members } from '../src/model/structures.ts';
import { readLog, serve, stubSparkSubmit } from './fixtures.ts';
import { runTool, skipsWithoutPythonTools } from './python-tools.ts';

const script = (name: string) => fileURLToPath(new URL(`clients/${name}`, import.meta.url));

describe.skipIf(skipsWithoutPythonTools('the tests with clients from PyPI'))('from PyPI', () => {
  test('boto3 drives a cluster from start to end', async () => {
    const server = await serve({ startSeconds: 0.2, stopSeconds: 0.2 });
    const stdout = await runTool('python', [script('boto3_cluster.py'), server.url]);
    const { id, ...seen } = JSON.parse(stdout) as { readonly id: string };
    const { clusters } = server.state();
    const bad = clusters[0]!.steps.find(({ name }) => name === 'bad')!.id;
    const late = 'A job flow that is shutting down, terminated, or finished may not be modified.';
    expect(seen).toEqual({
      newest_first: true,
      steps: [
        ['bad', 'FAILED'],
        ['good', 'COMPLETED'],
      ],
      failure: {
        Reason: 'Unknown Error.',
        Message: 'ValueError: bad',
        LogFile: `s3://logs/boto3/${id}/steps/${bad}/stderr.gz`,
      },
      has_times: true,
      described: 'bad',
      tags: [{ Key: 'run', Value: '1' }],
      log_uri: 's3n://logs/boto3/',
      waiting: 'Cluster ready after last step completed.',
      fleets: [
        ['MASTER', 0],
        ['CORE', 2],
      ],
      instances: 3,
      groups: [
        'InvalidRequestException',
        'InvalidRequestException',
        expect.stringContaining('mutually exclusive'),
      ],
      policy: { IdleTimeout: 600 },
      scaling: {
        ComputeLimits: {
          UnitType: 'InstanceFleetUnits',
          MinimumCapacityUnits: 1,
          MaximumCapacityUnits: 4,
        },
      },
      cancelled: ['SUBMITTED'],
      protected: ['ClientError', 'ValidationException', expect.stringContaining('termination protected')],
      ended: 'USER_REQUEST',
      late: ['ClientError', 'ValidationException', late],
      unknown: ['InvalidRequestException', 'InvalidRequestException', "Cluster id 'j-0' is not valid."],
      listed: [id],
    });
    expect(clusters.map(({ id, live }) => [id, live])).toEqual([[id, false]]);
  });

  test('the AWS CLI drives a cluster from start to end', async () => {
    const server = await serve({ sparkSubmit: await stubSparkSubmit('echo "ran $*"') });
    const aws = async (...words: readonly string[]) =>
      await runTool('aws', ['emr', ...words, '--endpoint-url', server.url, '--output', 'json']);
    const made = await aws(
      ...'create-cluster --name cli --release-label emr-7.13.0 --use-default-roles'.split(' '),
      ...'--instance-type m5.xlarge --instance-count 3 --applications Name=Spark'.split(' '),
      ...'--log-uri s3://logs/cli --no-auto-terminate --tags owner=daybook'.split(' '),
      ...'--auto-termination-policy IdleTimeout=3600'.split(' '),
    );
    const { ClusterId } = JSON.parse(made) as { readonly ClusterId: string };
    const id = ['--cluster-id', ClusterId];
    await aws('wait', 'cluster-running', ...id);
    const args = '[--deploy-mode,cluster,s3://code/app.py,s3://data/in]';
    const added = await aws('add-steps', ...id, '--steps', `Type=Spark,Name=app,Args=${args}`);
    const { StepIds } = JSON.parse(added) as { readonly StepIds: readonly [string] };
    await aws('wait', 'step-complete', ...id, '--step-id', StepIds[0]);
    const stdout = join(server.logFolder, 'logs/cli', ClusterId, 'steps', StepIds[0], 'stdout.gz');
    expect(await readLog(stdout)).toMatch(/^ran --master .* s3a:\/\/code\/app\.py s3:\/\/data\/in\n$/);

    const steps = JSON.parse(await aws('list-steps', ...id)) as { readonly Steps: readonly unknown[] };
    expect(steps.Steps).toMatchObject([{ Name: 'app', Status: { State: 'COMPLETED' } }]);
    const described = JSON.parse(await aws('describe-cluster', ...id)) as Readonly<Record<string, unknown>>;
    expect(described['Cluster']).toMatchObject({
      Name: 'cli',
      Status: { State: 'WAITING' },
      InstanceGroups: [{ InstanceGroupType: 'MASTER' }, { InstanceGroupType: 'CORE' }],
      BootstrapActions: [],
    });
    await aws('add-tags', '--resource-id', ClusterId, '--tags', 'run=1');
    await aws('modify-cluster-attributes', ...id, '--termination-protected');
    await expect(aws('terminate-clusters', '--cluster-ids', ClusterId)).rejects.toThrow(
      /ValidationException.*termination protected/,
    );
    await aws('modify-cluster-attributes', ...id, '--no-termination-protected');
    await aws('terminate-clusters', '--cluster-ids', ClusterId);
    await aws('wait', 'cluster-terminated', ...id);
    expect(server.state().clusters).toMatchObject([
      { id: ClusterId, state: 'TERMINATED', live: false, tags: { owner: 'daybook', run: '1' } },
    ]);
  }, 180_000);

  test("our table of shapes is that of botocore's model, member by member", async () => {
    const operations = Object.keys(inputs);
    const stdout = await runTool('python', [script('service_model.py'), ...operations]);
    const model = JSON.parse(stdout) as {
      readonly inputs: Readonly<Record<string, unknown>>;
      readonly errors: Readonly<Record<string, readonly string[]>>;
    };
    for (const operation of operations) {
      const ours = membersOf(inputs[operation as keyof typeof inputs], []);
      expect([operation, ours]).toEqual([operation, model.inputs[operation]]);
      const declared = model.errors[operation]!.find((name) => name.startsWith('InternalServer'));
      if (declared !== undefined)
        expect([operation, internalErrorOf(operation)]).toEqual([operation, declared]);
    }
  });
});

/** A table of ours in the form in which the script tells the model. */
function membersOf(members: Members, underWay: readonly string[]): unknown {
  const entries = Object.entries(members).map(([name, shape]) => {
    const required = shape.endsWith('!');
    return [required ? `${name}!` : name, shapeOf(shape.replace(/!$/, ''), underWay)];
  });
  return Object.fromEntries(entries) as unknown;
}

function shapeOf(shape: string, underWay: readonly string[]): unknown {
  if (shape.startsWith('[')) return [shapeOf(shape.slice(1, -1), underWay)];
  if (shape.startsWith('{')) return { '{}': shapeOf(shape.slice(1, -1), underWay) };
  const members = structures[shape];
  if (members !== undefined) {
    return underWay.includes(shape) ? 'again' : membersOf(members, [...underWay, shape]);
  }
  return constraintsOf(scalars[shape]!);
}

function constraintsOf({ type, minLength, maxLength, min, max, xml, values }: Scalar): unknown {
  const bounds = { min: min ?? minLength, max: max ?? maxLength };
  return {
    type,
    ...(bounds.min === undefined ? {} : { min: bounds.min }),
    ...(bounds.max === undefined ? {} : { max: bounds.max }),
    ...(xml === true ? { pattern: xmlPattern } : {}),
    ...(values === undefined ? {} : { enum: values.toSorted() }),
  };
}
