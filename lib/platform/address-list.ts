/**
 * Addresses and networks, compiled for asking. Node's own list compares bits, so the many ways of writing one address are
 * the same, and an IPv4 address that came as IPv6 (`::ffff:10.0.0.1`) is the IPv4 address that it is.
 */
import { BlockList, isIP } from 'node:net'

/** Whether an address is on the list; what is no address is not. `*` is every address, also one that is not known. */
export type AddressList = (address: string) => boolean

/** Throws on what is neither an address nor a network. */
export function compileAddressList(entries: readonly string[]): AddressList {
  if (entries.includes('*')) return () => true
  const list = new BlockList()
  for (const entry of entries) {
    const [address = '', prefix] = entry.split('/')
    if (prefix === undefined) list.addAddress(address, familyOf(address) ?? 'ipv4')
    else list.addSubnet(address, Number(prefix), familyOf(address) ?? 'ipv4')
  }
  return (address) => {
    const family = familyOf(address)
    return family !== null && list.check(address, family)
  }
}

function familyOf(address: string): 'ipv4' | 'ipv6' | null {
  const version = isIP(address)
  return version === 0 ? null : version === 4 ? 'ipv4' : 'ipv6'
}
