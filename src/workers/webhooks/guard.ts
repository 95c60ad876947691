import { lookup as systemLookup, type LookupAddress } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { hostOf, portOf, type AllowList } from './allow-list.ts'

/** Tells the addresses of a name. */
export type Resolve = (host: string, done: (error: Error | null, addresses: readonly LookupAddress[]) => void) => void

/** The system's resolver. */
const systemResolve: Resolve = (host, done) => {
  systemLookup(host, { all: true }, (error, addresses) => {
    done(error, error === null ? addresses : [])
  })
}

/** An address that must not be called. */
export class AddressRefused extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'AddressRefused'
  }
}

const URL_CHARACTERS_MAX = 2_048
/** Where services for others listen. All else is opened by naming the host. */
const PORTS: ReadonlySet<string> = new Set(['443', '8443'])

/** Sees to it that a webhook leads to where it may lead, and nowhere else. */
export class Guard {
  readonly #allow: AllowList
  readonly #resolve: Resolve

  constructor(allow: AllowList, resolve: Resolve = systemResolve) {
    this.#allow = allow
    this.#resolve = resolve
  }

  /**
   * The URL of a text, if that may be called at all. Where its name leads is looked at when it is called.
   * @throws AddressRefused with a sentence for whoever named it
   */
  url(text: string): URL {
    const url = text.length > URL_CHARACTERS_MAX ? null : URL.parse(text)
    if (url === null)
      throw new AddressRefused(`The address must be a URL of at most ${String(URL_CHARACTERS_MAX)} characters.`)
    const host = hostOf(url)
    if (url.protocol !== 'https:' && !(url.protocol === 'http:' && this.#allow.allowsPlain(url))) {
      throw new AddressRefused('The address must begin with https://.')
    }
    if (url.username !== '' || url.password !== '') {
      throw new AddressRefused('The address must not hold a user name or a password: deliveries are signed.')
    }
    if (url.hash !== '') throw new AddressRefused('The address must not have a fragment: it would not be sent.')
    if (!PORTS.has(portOf(url)) && !this.#allow.names(host)) {
      throw new AddressRefused(`The port must be ${[...PORTS].join(' or ')}, unless the operator allows the host.`)
    }
    const local = /(?:^|\.)localhost$/.test(host) && !this.#allow.names(host)
    if (local || (isIP(host) !== 0 && !this.#allow.allowsAddress(host, host))) throw new AddressRefused(NOT_PUBLIC)
    return url
  }

  /**
   * Looks a name up for a connection that is being made. The connection goes to what was looked at here, so that the
   * name cannot lead elsewhere in between. A name with one address that is not allowed is refused as a whole.
   */
  readonly lookup: LookupFunction = (host, options, callback) => {
    this.#resolve(host, (error, addresses) => {
      const [first] = addresses
      const refused = error ?? this.#refusalOf(host, addresses)
      if (refused !== undefined || first === undefined) callback(refused ?? new AddressRefused(NOWHERE), '')
      else if (options.all === true) callback(null, [...addresses])
      else callback(null, first.address, first.family)
    })
  }

  #refusalOf(host: string, addresses: readonly LookupAddress[]): Error | undefined {
    const name = host.toLowerCase().replace(/\.$/, '')
    const allowed = addresses.every(({ address }) => this.#allow.allowsAddress(name, address))
    return allowed ? undefined : new AddressRefused(NOT_PUBLIC)
  }
}

const NOWHERE = 'The host of the address has no address.'
const NOT_PUBLIC = 'The address does not lead to the public internet, and the operator does not allow it.'
