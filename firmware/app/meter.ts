import { airAccess } from "firmware/app/air-access";
import { MeshNode } from "firmware/app/mesh-node";
import { Metering, type MeteringHal, type MeteringOptions } from "firmware/app/metering";
import type { Network } from "firmware/app/network";
import { Rings } from "firmware/app/rings";
import { Stores } from "firmware/app/stores";
import { VERSION } from "firmware/app/version";
import { TimeResource } from "firmware/clock/resource";
import { UtcClock } from "firmware/clock/utc";
import { COAP_PORT, CoapEndpoint } from "firmware/coap/endpoint";
import type { Configuration } from "firmware/configuration/configuration";
import { ConfigurationResource } from "firmware/configuration/resource";
import { DemandResetCommand } from "firmware/console/demand-command";
import { PingCommand, TraceCommand } from "firmware/console/echo-commands";
import { EventCommand } from "firmware/console/event-command";
import { IntervalCommand } from "firmware/console/interval-command";
import { NeighboursCommand, RouteCommand } from "firmware/console/mesh-commands";
import { OutageCommand } from "firmware/console/outage-command";
import { RegisterCommand } from "firmware/console/register-command";
import { Shell } from "firmware/console/shell";
import { MemoryCommand, VersionCommand } from "firmware/console/status-commands";
import { Boot } from "firmware/events/boot";
import { EventCode } from "firmware/events/codes";
import { EVENT_QUEUE, EventLog } from "firmware/events/log";
import { EventsResource } from "firmware/events/resource";
import { IntervalLog } from "firmware/intervals/log";
import { LoadProfileResource } from "firmware/intervals/resource";
import { IpStack } from "firmware/ip/stack";
import { Kernel, MAX_TIMERS } from "firmware/kernel/kernel";
import { MESH_PAYLOAD_BYTES } from "firmware/mesh/forwarding/queue";
import { MAC_SLOTS, MeshLink } from "firmware/mesh/link";
import { Mac } from "firmware/mesh/mac/mac";
import { MplForwarder } from "firmware/mesh/multicast/forwarder";
import { Join } from "firmware/mesh/rpl/join";
import { GaspsToParent } from "firmware/power/coap-gasps";
import { CoapNotices } from "firmware/power/coap-notices";
import { GaspRelay } from "firmware/power/gasp-relay";
import { Power } from "firmware/power/power";
import { Billing } from "firmware/registers/billing";
import { Registers } from "firmware/registers/registers";
import { ResetResource } from "firmware/registers/reset-resource";
import { InstantResource, RegistersResource } from "firmware/registers/resource";
import type { Partitions } from "firmware/storage/partition";
import { Upkeep } from "firmware/storage/upkeep";
import type { Cipher } from "hal/cipher";
import type { Entropy } from "hal/entropy";
import type { Identity } from "hal/identity";
import type { PowerMonitor } from "hal/power-monitor";
import type { Radio } from "hal/radio";
import type { SerialPort } from "hal/serial-port";

/** Packets to send, own ones and those that are passed on. */
const QUEUE_SLOTS = 10;
/** A meter asks for little, and few ask it at a time: its head end, and a technician. */
const COAP_EXCHANGES = 1;
/** For several hops a way, and for the times when many have to tell the head end something. */
const COAP_ACK_TIMEOUT_ms = 4_000;
const COAP_DUPLICATES = 4;
/** Who reads another one in blocks meanwhile has it made again for each block: the same, as long as nothing is new. */
const COAP_REPRESENTATIONS = 1;
/** A configuration. */
const COAP_TAKEN_BYTES = 256;

export interface MeterHal extends MeteringHal {
  /** Where absent, power goes without a warning. */
  power?: PowerMonitor;
  radio: Radio;
  flash: Partitions;
  cipher: Cipher;
  console: SerialPort;
  entropy: Entropy;
  identity: Identity;
}

export interface MeterConfiguration extends MeteringOptions {
  network: Network;
}

/** An electric meter. */
export class Meter {
  readonly boot: Boot;
  readonly utc: UtcClock;
  readonly events: EventLog;
  readonly registers: Registers;
  readonly power: Power;
  readonly gasps: GaspRelay;
  readonly intervals: IntervalLog;
  readonly configuration: Configuration;
  readonly billing: Billing;
  readonly mac: Mac;
  readonly mesh: MeshLink;
  readonly stack: IpStack;
  readonly mpl: MplForwarder;
  readonly join: Join;
  readonly coap: CoapEndpoint;
  /** The meter has joined the mesh, for the first time with its parent. */
  onJoined: () => void = () => {};

  constructor(hal: MeterHal, configuration: MeterConfiguration) {
    const { entropy, identity } = hal;
    const { network } = configuration;
    const kernel = new Kernel(hal.clock);
    const rings = new Rings(hal);
    const stores = new Stores(rings, hal.flash);
    const access = airAccess(network, hal.cipher, rings, hal.flash.keys);
    const kept = access.store === undefined ? [] : [access.store];
    new Upkeep(kernel, [stores.checkpoints, stores.events, stores.intervals, stores.objects, ...kept]);

    const metering = new Metering(hal, kernel, stores, configuration);
    const { boot, utc, events, registers, intervals, billing } = metering;
    const { general } = metering.configuration;

    const node = new MeshNode({
      hal,
      kernel,
      network,
      access,
      macSlots: MAC_SLOTS,
      queueSlots: QUEUE_SLOTS,
      payloadBytes: MESH_PAYLOAD_BYTES,
    });
    const { mac, mesh, stack } = node;
    const join = new Join({ kernel, entropy, mac, link: mesh, stack, moves: stores.moves });

    // What it answers
    const gaspSender = new GaspsToParent();
    const gasps = new GaspRelay({ kernel, entropy, sender: gaspSender, eui64: identity.eui64 });
    const resources = [
      new RegistersResource(registers, billing),
      new InstantResource(registers, utc),
      new LoadProfileResource(intervals, general),
      new EventsResource(events),
      new TimeResource(utc, mac),
      new ResetResource(billing),
      new ConfigurationResource(metering.configuration),
      gasps,
    ];
    const coap = new CoapEndpoint({
      socket: stack.bind(COAP_PORT),
      kernel,
      entropy,
      resources,
      exchanges: COAP_EXCHANGES,
      duplicates: COAP_DUPLICATES,
      representations: COAP_REPRESENTATIONS,
      takenBytes: COAP_TAKEN_BYTES,
      ackTimeout_ms: COAP_ACK_TIMEOUT_ms,
    });
    gaspSender.coap = coap;

    // When the supply fails
    const power = new Power({
      kernel,
      entropy,
      utc,
      events,
      registers,
      ...(hal.power && { monitor: hal.power }),
      sender: new CoapNotices(coap, utc, network.headEnd),
      relay: gasps,
      place: join,
      minimumOutage_s: general.minimumOutage_s,
      lastSeen_ms: registers.restoredUtc_ms,
      reason: boot.reason,
    });
    for (let i = 0; i < rings.foreign.length; i++) events.record(EventCode.storageForeign, rings.foreign[i]);
    power.onSave = () => metering.save();
    power.onHoldUp = (isHeldUp) => join.mute(isHeldUp);
    join.onJoined = () => {
      power.restoration.joined();
      this.onJoined();
    };

    this.boot = boot;
    this.utc = utc;
    this.events = events;
    this.registers = registers;
    this.power = power;
    this.gasps = gasps;
    this.intervals = intervals;
    this.configuration = metering.configuration;
    this.billing = billing;
    this.mac = mac;
    this.mesh = mesh;
    this.stack = stack;
    this.mpl = node.mpl;
    this.join = join;
    this.coap = coap;

    // For the technician
    const place = { stack, kernel, join };
    const version = `${identity.model} ${identity.serial} wattmesh ${VERSION}`;
    new Shell(hal.console, "meter", version, [
      new RegisterCommand(registers, billing),
      new DemandResetCommand(billing),
      new IntervalCommand(intervals),
      new EventCommand(events),
      new OutageCommand(events),
      new NeighboursCommand(place),
      new RouteCommand(place),
      new PingCommand(place),
      new TraceCommand(place),
      new MemoryCommand(() => [
        { name: "timers", size: MAX_TIMERS, used: kernel.armed },
        { name: "packets to send", size: QUEUE_SLOTS, used: mesh.queued },
        { name: "events to store", size: EVENT_QUEUE, used: events.queued },
      ]),
      new VersionCommand(version),
    ]);

    registers.start();
    join.start();
  }
}
