import { airAccess } from "firmware/app/air-access";
import { networkContexts, type Network } from "firmware/app/network";
import { Rings } from "firmware/app/rings";
import { Stores } from "firmware/app/stores";
import { VERSION } from "firmware/app/version";
import { TimeResource } from "firmware/clock/resource";
import { UtcClock } from "firmware/clock/utc";
import { COAP_PORT, CoapEndpoint } from "firmware/coap/endpoint";
import { CONFIGURATION_KINDS, Configuration } from "firmware/configuration/configuration";
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
import { PowerQuality } from "firmware/events/power-quality";
import { EventsResource } from "firmware/events/resource";
import { Tamper } from "firmware/events/tamper";
import { IntervalLog } from "firmware/intervals/log";
import { LoadProfileResource } from "firmware/intervals/resource";
import { IpStack } from "firmware/ip/stack";
import { Kernel, MAX_TIMERS } from "firmware/kernel/kernel";
import { MESH_PAYLOAD_BYTES } from "firmware/mesh/forwarding/queue";
import { MAC_SLOTS, MeshLink } from "firmware/mesh/link";
import { Mac } from "firmware/mesh/mac/mac";
import { MplForwarder } from "firmware/mesh/multicast/forwarder";
import { Join } from "firmware/mesh/rpl/join";
import { CoapGasps } from "firmware/power/coap-gasps";
import { CoapNotices } from "firmware/power/coap-notices";
import { GaspRelay } from "firmware/power/gasp-relay";
import { Power } from "firmware/power/power";
import { BillingStore } from "firmware/registers/billing-store";
import { Checkpoint } from "firmware/registers/checkpoint";
import { Billing } from "firmware/registers/billing";
import { PulseAudit } from "firmware/registers/pulse-audit";
import { Registers } from "firmware/registers/registers";
import { ResetResource } from "firmware/registers/reset-resource";
import { InstantResource, RegistersResource } from "firmware/registers/resource";
import { SelfReads } from "firmware/registers/self-read";
import type { Partitions } from "firmware/storage/partition";
import { RetainedRecords } from "firmware/storage/retained";
import { Upkeep } from "firmware/storage/upkeep";
import type { Cipher } from "hal/cipher";
import type { Clock } from "hal/clock";
import type { DigitalInput } from "hal/digital-pin";
import type { Entropy } from "hal/entropy";
import type { Identity } from "hal/identity";
import type { MeteringChip } from "hal/metering-chip";
import type { PowerMonitor } from "hal/power-monitor";
import type { PulseCounter } from "hal/pulse-counter";
import type { Radio } from "hal/radio";
import { ResetReason, type Reset } from "hal/reset";
import type { RetainedMemory } from "hal/retained-memory";
import type { SerialPort } from "hal/serial-port";
import type { Watchdog } from "hal/watchdog";

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

export interface MeterHal {
  clock: Clock;
  chip: MeteringChip;
  /** Of the metering chip's energy output, where it is wired. */
  pulses?: PulseCounter;
  /** Where absent, power goes without a warning. */
  power?: PowerMonitor;
  /** See {@link Tamper}. */
  cover?: DigitalInput;
  magnet?: DigitalInput;
  radio: Radio;
  flash: Partitions;
  cipher: Cipher;
  retained: RetainedMemory;
  reset: Reset;
  watchdog: Watchdog;
  console: SerialPort;
  entropy: Entropy;
  identity: Identity;
}

export interface MeterConfiguration {
  network: Network;
  /** Where no other is configured. */
  interval_min: number;
  /** 5,000 where absent. */
  pollPeriod_ms?: number;
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

  constructor(hal: MeterHal, { network, interval_min, pollPeriod_ms }: MeterConfiguration) {
    const { clock, chip, radio, entropy, identity } = hal;
    const { eui64 } = identity;
    const { panId, channel, turnaround_ms } = network;
    const kernel = new Kernel(clock);

    // What is kept
    const rings = new Rings(hal);
    const stores = new Stores(rings, hal.flash);
    const { hopping, security, store } = airAccess(network, hal.cipher, rings, hal.flash.keys);
    const kept = store === undefined ? [] : [store];
    new Upkeep(kernel, [stores.checkpoints, stores.events, stores.intervals, stores.objects, ...kept]);

    // Metering
    const retained = new RetainedRecords(hal.retained);
    const boot = new Boot(retained, hal.reset);
    const utc = new UtcClock(clock);
    const events = new EventLog(utc, stores.events, stores.buffer);
    const configuration = new Configuration(stores.objects);
    configuration.general.interval_min = interval_min;
    configuration.load();
    const checkpoint = new Checkpoint(stores.checkpoints, stores.buffer);
    const registers = new Registers({
      kernel,
      chip,
      utc,
      events,
      retained,
      checkpoint,
      watchdog: hal.watchdog,
      ...(pollPeriod_ms && { pollPeriod_ms }),
    });
    utc.onRefused = (error_ms) => events.fault(EventCode.clockRefused, error_ms);
    const { sample, measurements } = registers;
    const { cover, magnet } = hal;
    registers.listen(new PowerQuality(sample, chip.phases, events));
    registers.listen(
      new Tamper({ chip, sample, measurements, events, configuration: configuration.general, cover, magnet }),
    );
    const intervals = new IntervalLog({
      registers,
      utc,
      events,
      ring: stores.intervals,
      buffer: stores.buffer,
      interval_min: configuration.general.interval_min,
      minimumOutage_s: configuration.general.minimumOutage_s,
    });
    const selfReads = new SelfReads(stores.objects, CONFIGURATION_KINDS + 1, stores.buffer);
    const billing = new Billing(registers, configuration, selfReads);
    checkpoint.attach(billing.tiers);
    const billingStore = new BillingStore(
      stores.objects,
      CONFIGURATION_KINDS,
      registers,
      billing,
      stores.buffer,
    );
    if (boot.reason === ResetReason.powerUp) billing.demand.restored(utc.uptime_ms());
    billing.onSelfRead = (isKept) => {
      if (!isKept) events.fault(EventCode.storageFailed);
      billingStore.save();
      events.record(EventCode.selfRead);
    };
    billing.onReset = () => {
      billingStore.save();
      events.record(EventCode.demandReset, billing.demand.resets);
    };
    configuration.onChanged = (kind) => {
      events.record(EventCode.configurationChanged, kind);
      billing.configured();
    };
    if (hal.pulses !== undefined) {
      const audit = new PulseAudit(registers, hal.pulses, configuration.general);
      audit.onFailed = (excess_mWh) => events.record(EventCode.auditFailed, excess_mWh);
    }

    // Network
    const mac = new Mac({
      radio,
      kernel,
      entropy,
      eui64,
      panId,
      channel,
      queueSlots: MAC_SLOTS,
      turnaround_ms,
      hopping,
      security,
    });
    const contexts = networkContexts(network);
    const mesh = new MeshLink({ mac, kernel, contexts, queueSlots: QUEUE_SLOTS });
    const stack = new IpStack({ eui64, link: mesh, kernel, payloadBytes: MESH_PAYLOAD_BYTES });
    mesh.host = stack;
    const mpl = new MplForwarder({ kernel, entropy, mac, link: mesh });
    const join = new Join({ kernel, entropy, mac, link: mesh, stack });

    // What it answers
    const gaspSender = new CoapGasps(network.headEnd);
    const gasps = new GaspRelay({ kernel, entropy, sender: gaspSender, air: mac, monitor: hal.power });
    const resources = [
      new RegistersResource(registers, billing),
      new InstantResource(registers, utc),
      new LoadProfileResource(intervals, configuration.general),
      new EventsResource(events),
      new TimeResource(utc, mac),
      new ResetResource(billing),
      new ConfigurationResource(configuration),
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
      minimumOutage_s: configuration.general.minimumOutage_s,
      lastSeen_ms: registers.restoredUtc_ms,
      reason: boot.reason,
    });
    for (let i = 0; i < rings.foreign.length; i++) events.record(EventCode.storageForeign, rings.foreign[i]);
    power.onSave = () => {
      registers.poll();
      registers.save();
      billingStore.save();
    };
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
    this.configuration = configuration;
    this.billing = billing;
    this.mac = mac;
    this.mesh = mesh;
    this.stack = stack;
    this.mpl = mpl;
    this.join = join;
    this.coap = coap;

    // For the technician
    const node = { stack, kernel, join };
    const version = `${identity.model} ${identity.serial} wattmesh ${VERSION}`;
    new Shell(hal.console, "meter", version, [
      new RegisterCommand(registers, billing),
      new DemandResetCommand(billing),
      new IntervalCommand(intervals),
      new EventCommand(events),
      new OutageCommand(events),
      new NeighboursCommand(node),
      new RouteCommand(node),
      new PingCommand(node),
      new TraceCommand(node),
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
