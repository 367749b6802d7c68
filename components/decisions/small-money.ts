import { formatCallCost, formatMoney } from '#components/ui/format.ts'

const DOLLAR = 1_000_000_000n
const CENT = 10_000_000n

/** Two decimals as everywhere, but four below a dollar where cents would hide what one call costs: `$0.41`, `$0.0063`. */
export function smallMoney(nanos: bigint): string {
  return nanos > 0n && nanos < DOLLAR && nanos % CENT !== 0n ? formatCallCost(nanos) : formatMoney(nanos)
}
