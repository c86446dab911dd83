import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { TABLES } from '../../core/tables.ts';
import { PipelineStack } from '../../lib/pipeline-stack.ts';

const root = join(import.meta.dirname, '../..');

function synthesise(): Template {
  const { context } = JSON.parse(readFileSync(join(root, 'cdk.json'), 'utf8')) as {
    context: Record<string, unknown>;
  };
  return Template.fromStack(new PipelineStack(new App({ context }), 'Soundalike'));
}

describe('the stack', () => {
  const template = synthesise();

  test('keeps the lake in a private, encrypted bucket that outlives the stack', () => {
    template.hasResource('AWS::S3::Bucket', {
      DeletionPolicy: 'Retain',
      Properties: {
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
        },
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
      },
    });
  });

  test('refuses requests without TLS', () => {
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: [
          Match.objectLike({
            Action: 's3:*',
            Effect: 'Deny',
            Principal: { AWS: '*' },
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          }),
        ],
      },
    });
  });

  test.each(Object.entries(TABLES))('has a Glue table %s with the columns of the lake', (name, table) => {
    const [found] = Object.values(template.findResources('AWS::Glue::Table')).filter(
      ({ Properties }) => Properties.TableInput.Name === name,
    );
    const input = found?.Properties.TableInput;
    const columns = input.StorageDescriptor.Columns.map((column: { Name: string; Type: string }) => [
      column.Name,
      column.Type,
    ]);
    expect(columns).toEqual(Object.entries(table.columns));
    expect(input.PartitionKeys).toEqual([{ Name: table.partition, Type: 'string' }]);
    expect(input.Parameters.has_encrypted_data).toBe(false);
    expect(JSON.stringify(input.StorageDescriptor.Location)).toContain(`/${name.replaceAll('_', '-')}/`);
  });

  test('has no table that the lake does not know', () => {
    template.resourceCountIs('AWS::Glue::Table', Object.keys(TABLES).length);
  });
});
