/** Text for people. Everything is shown in the run's own time, UTC. */

const number = (digits: number): Intl.NumberFormat =>
  new Intl.NumberFormat("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
const whole = number(0);
const short = new Intl.NumberFormat("en", { maximumFractionDigits: 3 });
const digits = [whole, number(1), number(2), number(3)];

export function count(value: number): string {
  return whole.format(value);
}

/** With three digits after the point below 10, fewer above. */
export function figure(value: number): string {
  if (value === 0) return "0";
  const size = Math.abs(value);
  return digits[size < 10 ? 3 : size < 100 ? 2 : size < 10_000 ? 1 : 0].format(value);
}

export function plural(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? "" : "s"}`;
}

/** Without zeros at its end. */
export function plain(value: number): string {
  return short.format(value);
}

/** An energy given in mWh. */
export function kWh(energy_mWh: number): string {
  return digits[3].format(energy_mWh / 1e6);
}

/** A difference with its sign; "0" where there is none. */
export function signed(value: number): string {
  return value === 0 ? "0" : `${value > 0 ? "+" : "−"}${whole.format(Math.abs(value))}`;
}

export function duration(time_ms: number): string {
  if (time_ms < 1000) return `${whole.format(time_ms)} ms`;
  if (time_ms < 120_000) return `${(time_ms / 1000).toFixed(time_ms < 10_000 ? 2 : 1)} s`;
  return `${(time_ms / 60_000).toFixed(1)} min`;
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(share === 1 || share === 0 ? 0 : 2)} %`;
}

/** In percent, with two digits that count. */
export function smallShare(share: number): string {
  return `${plain(Number((100 * share).toPrecision(2)))} %`;
}

const dayFormat = new Intl.DateTimeFormat("en-GB", {
  timeZone: "UTC",
  weekday: "short",
  day: "numeric",
  month: "short",
});
const timeFormat = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", hour: "2-digit", minute: "2-digit" });

export function day(at_s: number): string {
  return dayFormat.format(at_s * 1000);
}

export function time(at_s: number): string {
  return timeFormat.format(at_s * 1000);
}

/** Makes an element with text in it. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  text = "",
  className = "",
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  made.textContent = text;
  if (className !== "") made.className = className;
  return made;
}

/** The element of the page with this id. */
export function byId<Kind extends HTMLElement = HTMLElement>(id: string): Kind {
  return document.getElementById(id) as Kind;
}
