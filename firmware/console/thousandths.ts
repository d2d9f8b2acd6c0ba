/** An integer count of thousandths as a decimal number. */
export function thousandths(value: number): string {
  const size = Math.abs(value);
  const whole = Math.floor(size / 1000);
  return `${value < 0 ? "-" : ""}${whole}.${`${size - whole * 1000}`.padStart(3, "0")}`;
}
