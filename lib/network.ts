import { Duration } from 'aws-cdk-lib';
import { Metric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import {
  CpuCredits,
  FlowLogDestination,
  type FlowLogOptions,
  FlowLogTrafficType,
  GatewayVpcEndpointAwsService,
  InstanceClass,
  InstanceSize,
  InstanceType,
  IpAddresses,
  type NatInstanceProviderV2,
  NatProvider,
  NatTrafficDirection,
  Peer,
  Port,
  SecurityGroup,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import { acknowledge } from './access.ts';
import { shortLivedLogGroup } from './log-group.ts';
import type { Settings } from './settings.ts';

/** Private addresses that few home and office networks use. */
const CIDR = '10.73.0.0/16';

/** A metric that tells by a value of 1 or more that nothing gets out. */
export interface EgressFault {
  metric: Metric;
  /** What it means where there is no value. */
  missing: TreatMissingData;
}

/**
 * Where functions and database live: two zones (RDS wants them), functions with a way out, the database without one.
 * What S3 is asked goes by an endpoint that costs nothing. Refused connections are logged.
 */
export class Network extends Construct {
  readonly vpc: Vpc;
  /** Of all functions. */
  readonly functions: SecurityGroup;
  readonly egressFault: EgressFault;

  constructor(scope: Construct, id: string, { egress, logDays }: Settings) {
    super(scope, id);
    const isInstance = egress === 'nat-instance';
    const instances = natInstances();
    const gateways = NatProvider.gateway();
    this.vpc = new Vpc(this, 'Vpc', {
      ipAddresses: IpAddresses.cidr(CIDR),
      maxAzs: 2,
      natGateways: 1,
      natGatewayProvider: isInstance ? instances : gateways,
      subnetConfiguration: [
        { name: 'Public', subnetType: SubnetType.PUBLIC, cidrMask: 24 },
        { name: 'Functions', subnetType: SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 20 },
        { name: 'Database', subnetType: SubnetType.PRIVATE_ISOLATED, cidrMask: 24 },
      ],
      gatewayEndpoints: { S3: { service: GatewayVpcEndpointAwsService.S3 } },
      flowLogs: { Refused: this.#refused(logDays) },
    });
    this.functions = new SecurityGroup(this, 'FunctionsGroup', {
      vpc: this.vpc,
      description: 'The functions: out to everywhere, in from nowhere',
    });
    if (isInstance) this.#secure(instances);
    this.egressFault = isInstance ? instanceFault(instances) : gatewayFault(gateways);
  }

  #refused(days: number): FlowLogOptions {
    const destination = FlowLogDestination.toCloudWatchLogs(shortLivedLogGroup(this, 'Refused', days));
    return { destination, trafficType: FlowLogTrafficType.REJECT };
  }

  /** What the construct leaves open or bare: its disk, its metadata, and who may send through it. */
  #secure(nat: NatInstanceProviderV2): void {
    nat.securityGroup.addIngressRule(Peer.ipv4(CIDR), Port.allTcp(), 'What the functions send out');
    for (const { instance } of nat.gatewayInstances) {
      instance.blockDeviceMappings = [
        { deviceName: '/dev/xvda', ebs: { encrypted: true, volumeType: 'gp3', volumeSize: 8 } },
      ];
      instance.metadataOptions = { httpTokens: 'required' };
      acknowledge(instance, {
        EC28: 'Detailed monitoring costs $2.10 a month; a status check every five minutes is enough here',
        EC29: 'It keeps nothing, and CloudFormation replaces it whenever its image is renewed',
      });
    }
  }
}

const natInstances = (): NatInstanceProviderV2 =>
  NatProvider.instanceV2({
    instanceType: InstanceType.of(InstanceClass.T4G, InstanceSize.NANO),
    // By default it is open to the whole internet.
    defaultAllowedTraffic: NatTrafficDirection.OUTBOUND_ONLY,
    // Unlimited, the default, is paid for.
    creditSpecification: CpuCredits.STANDARD,
  });

function instanceFault(nat: NatInstanceProviderV2): EgressFault {
  const [gateway] = nat.configuredGateways;
  const metric = new Metric({
    namespace: 'AWS/EC2',
    metricName: 'StatusCheckFailed',
    dimensionsMap: { InstanceId: gateway?.gatewayId ?? '' },
    statistic: Stats.MAXIMUM,
    period: Duration.minutes(5),
  });
  return { metric, missing: TreatMissingData.BREACHING };
}

function gatewayFault(nat: NatProvider): EgressFault {
  const [gateway] = nat.configuredGateways;
  const metric = new Metric({
    namespace: 'AWS/NATGateway',
    metricName: 'ErrorPortAllocation',
    dimensionsMap: { NatGatewayId: gateway?.gatewayId ?? '' },
    statistic: Stats.SUM,
    period: Duration.minutes(5),
  });
  return { metric, missing: TreatMissingData.NOT_BREACHING };
}
