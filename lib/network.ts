import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  AmazonLinux2023ImageSsmParameter,
  AmazonLinuxCpuType,
  CfnLaunchTemplate,
  CpuCredits,
  FlowLogDestination,
  type FlowLogOptions,
  FlowLogTrafficType,
  GatewayVpcEndpointAwsService,
  InstanceArchitecture,
  InstanceType,
  IpAddresses,
  MachineImage,
  type NatInstanceProviderV2,
  NatProvider,
  NatTrafficDirection,
  Peer,
  Port,
  SecurityGroup,
  SubnetType,
  UserData,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import { acknowledge } from './access.ts';
import { shortLivedLogGroup } from './log-group.ts';
import type { Settings } from './settings.ts';

/** Private addresses that few home and office networks use. */
const CIDR = '10.73.0.0/16';
const HTTPS = 443;
const HTTP = 80;

/**
 * Where functions and database live: two zones (RDS wants them), functions with a way out, the database without one.
 * Functions reach S3 by an endpoint that costs nothing. Refused connections are logged.
 */
export class Network extends Construct {
  readonly vpc: Vpc;
  /** Of all functions: out to HTTPS alone, until a database lets them in. */
  readonly functions: SecurityGroup;

  constructor(scope: Construct, id: string, settings: Settings) {
    super(scope, id);
    const { egress, availabilityZones, logDays } = settings;
    const ports = portsOf(settings);
    const instances = natInstances(settings);
    const isInstance = egress === 'nat-instance';
    this.vpc = new Vpc(this, 'Vpc', {
      ipAddresses: IpAddresses.cidr(CIDR),
      ...(availabilityZones ? { availabilityZones } : { maxAzs: 2 }),
      natGateways: 1,
      natGatewayProvider: isInstance ? instances : NatProvider.gateway(),
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
      description: 'The functions: out to HTTPS and the database, in from nowhere',
      allowAllOutbound: false,
    });
    for (const port of ports) {
      this.functions.addEgressRule(Peer.anyIpv4(), Port.tcp(port), 'Services outside, and S3');
    }
    if (isInstance) this.#secure(instances, ports);
  }

  #refused(days: number): FlowLogOptions {
    const destination = FlowLogDestination.toCloudWatchLogs(shortLivedLogGroup(this, 'Refused', days));
    return { destination, trafficType: FlowLogTrafficType.REJECT };
  }

  /** What the construct leaves open or bare: who may send through it, its disk, its metadata, and when it is replaced. */
  #secure(nat: NatInstanceProviderV2, ports: readonly number[]): void {
    for (const port of ports) {
      nat.securityGroup.addIngressRule(Peer.ipv4(CIDR), Port.tcp(port), 'What the functions send out');
      nat.securityGroup.addEgressRule(Peer.anyIpv4(), Port.tcp(port), 'The same');
    }
    for (const { instance } of nat.gatewayInstances) {
      // A launch template finds the newest image when the machine is made. An image that CloudFormation finds is looked
      // up at each deployment, which then replaces the machine, and the way out is gone meanwhile. The script lies there
      // too, so that another one replaces the machine: one that stands would never run it.
      const { imageId, userData } = instance;
      const template = new CfnLaunchTemplate(this, 'NatTemplate', {
        launchTemplateData: { imageId, userData },
      });
      instance.imageId = undefined;
      instance.userData = undefined;
      instance.launchTemplate = {
        launchTemplateId: template.ref,
        version: template.attrLatestVersionNumber,
      };
      instance.blockDeviceMappings = [
        { deviceName: '/dev/xvda', ebs: { encrypted: true, volumeType: 'gp3', volumeSize: 8 } },
      ];
      instance.metadataOptions = { httpTokens: 'required' };
      acknowledge(instance, {
        EC28: 'Detailed monitoring costs $2.10 a month, and what the functions see shows whether it works',
        EC29: 'It keeps nothing, and CloudFormation must be able to replace it',
      });
    }
  }
}

function natInstances({ natInstance }: Settings): NatInstanceProviderV2 {
  const instanceType = new InstanceType(natInstance);
  const cpuType =
    instanceType.architecture === InstanceArchitecture.ARM_64
      ? AmazonLinuxCpuType.ARM_64
      : AmazonLinuxCpuType.X86_64;
  return NatProvider.instanceV2({
    instanceType,
    machineImage: MachineImage.resolveSsmParameterAtLaunch(
      AmazonLinux2023ImageSsmParameter.ssmParameterName({ cpuType }),
    ),
    // The CDK's own commands install once, without a second try, and do not outlive a restart.
    userData: UserData.custom(readFileSync(join(import.meta.dirname, 'nat-instance.sh'), 'utf8')),
    // By default it is open to the whole internet.
    defaultAllowedTraffic: NatTrafficDirection.NONE,
    // Unlimited, the default, is paid for.
    creditSpecification: CpuCredits.STANDARD,
  });
}

/** Where functions go outside: HTTPS, and what other base URLs of Spotify and ReccoBeats need. */
function portsOf({ spotifyAccountsUrl, spotifyApiUrl, reccobeatsApiUrl }: Settings): number[] {
  const urls = [spotifyAccountsUrl, spotifyApiUrl, reccobeatsApiUrl].filter((url) => url !== undefined);
  const ports = urls.map((url) => {
    const { port, protocol } = new URL(url);
    return Number(port) || (protocol === 'http:' ? HTTP : HTTPS);
  });
  return [...new Set([HTTPS, ...ports])];
}
