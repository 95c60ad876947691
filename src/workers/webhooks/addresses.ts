/** Which network addresses may be called. Whoever names an address for us to call must not reach into our own network. */
import { BlockList, isIP, isIPv4 } from 'node:net'

/** IPv4 that leads to no public host: IANA's special-purpose registry, and multicast. */
const CLOSED_V4: readonly (readonly [network: string, prefix: number])[] = [
  ['0.0.0.0', 8], // this network
  ['10.0.0.0', 8], // private
  ['100.64.0.0', 10], // behind a carrier's NAT; metadata of Alibaba
  ['127.0.0.0', 8], // loopback
  ['168.63.129.16', 32], // Azure's own services, metadata among them
  ['169.254.0.0', 16], // link-local; metadata of most clouds
  ['172.16.0.0', 12], // private
  ['192.0.0.0', 24], // protocol assignments; metadata of Oracle
  ['192.0.2.0', 24], // documentation
  ['192.88.99.0', 24], // 6to4 relays
  ['192.168.0.0', 16], // private
  ['198.18.0.0', 15], // benchmarks
  ['198.51.100.0', 24], // documentation
  ['203.0.113.0', 24], // documentation
  ['224.0.0.0', 4], // multicast
  ['240.0.0.0', 4], // reserved, broadcast
]

/**
 * IPv6 that leads to public hosts; within it, what does not. All else is closed: loopback, link-local, private,
 * multicast, and IPv4 in the clothes of IPv6 (mapped, NAT64).
 */
const OPEN_V6 = ['2000::', 3] as const
const CLOSED_V6: readonly (readonly [network: string, prefix: number])[] = [
  ['2001::', 23], // protocol assignments, Teredo
  ['2001:db8::', 32], // documentation
  ['2002::', 16], // 6to4: leads to IPv4
  ['3fff::', 20], // documentation
]

function networks(list: readonly (readonly [string, number])[], family: 'ipv4' | 'ipv6'): BlockList {
  const found = new BlockList()
  for (const [network, prefix] of list) found.addSubnet(network, prefix, family)
  return found
}

const closedV4 = networks(CLOSED_V4, 'ipv4')
const openV6 = networks([OPEN_V6], 'ipv6')
const closedV6 = networks(CLOSED_V6, 'ipv6')

/** Whether an address is one of the public internet. What is no address is not. */
export function isPublic(address: string): boolean {
  if (isIPv4(address)) return !closedV4.check(address)
  return isIP(address) === 6 && openV6.check(address, 'ipv6') && !closedV6.check(address, 'ipv6')
}
