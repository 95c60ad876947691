/** What an operator lets webhooks reach beyond the public internet. */
import { BlockList, isIP } from 'node:net'
import { isPublic } from './addresses.ts'

const HOST = /^(?=.{1,253}$)[a-z\d_](?:[a-z\d_-]{0,61}[a-z\d])?(?:\.[a-z\d_](?:[a-z\d_-]{0,61}[a-z\d])?)*$/

/**
 * A list of
 *
 *   10.1.0.0/16, 10.1.2.3    addresses, whatever name leads to them
 *   hooks.internal           a host: its addresses, whatever they are, and all of its ports
 *   http://hooks.internal    the same, and also without TLS; with `:9000` on that port alone
 */
export class AllowList {
  readonly #addresses = new BlockList()
  readonly #hosts = new Set<string>()
  /** Hosts, or hosts with a port, that need no TLS. */
  readonly #plain = new Set<string>()

  /** @throws Error naming the entry that is none */
  constructor(entries: readonly string[]) {
    for (const entry of entries) {
      if (entry.startsWith('http://')) this.#addPlain(entry)
      else if (!this.#addAddresses(entry)) this.#addHost(entry, entry.toLowerCase())
    }
  }

  #addPlain(entry: string): void {
    const url = URL.parse(entry)
    if (url === null || entry.replace(/\/$/, '').slice('http://'.length).includes('/'))
      throw new Error(`${entry} is no host`)
    const host = hostOf(url)
    this.#addHost(entry, host)
    this.#plain.add(/:\d+\/?$/.test(entry) ? `${host} ${portOf(url)}` : host)
  }

  #addAddresses(entry: string): boolean {
    const [address = '', prefix, ...more] = entry.split('/')
    const version = isIP(address)
    if (version === 0 || more.length > 0) return false
    const family = version === 6 ? 'ipv6' : 'ipv4'
    if (prefix === undefined) this.#addresses.addAddress(address, family)
    else if (/^\d+$/.test(prefix) && Number(prefix) <= (version === 6 ? 128 : 32)) {
      this.#addresses.addSubnet(address, Number(prefix), family)
    } else return false
    return true
  }

  #addHost(entry: string, host: string): void {
    if (!HOST.test(host) && isIP(host) === 0) throw new Error(`${entry} is no host, address or range of addresses`)
    this.#hosts.add(host)
  }

  /** Whether the operator named this host itself. */
  names(host: string): boolean {
    return this.#hosts.has(host) || this.#includes(host)
  }

  /** Whether a host may be called without TLS. */
  allowsPlain(url: URL): boolean {
    const host = hostOf(url)
    return this.#plain.has(host) || this.#plain.has(`${host} ${portOf(url)}`)
  }

  /** Whether a host may be called at an address. */
  allowsAddress(host: string, address: string): boolean {
    return isPublic(address) || this.#hosts.has(host) || this.#includes(address)
  }

  #includes(address: string): boolean {
    const version = isIP(address)
    return version !== 0 && this.#addresses.check(address, version === 6 ? 'ipv6' : 'ipv4')
  }
}

/** The host of a URL as it is looked up: without the brackets of IPv6, and without the dot of the root. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '')
}

export function portOf({ port, protocol }: URL): string {
  return port === '' ? (protocol === 'http:' ? '80' : '443') : port
}
