import { createHmac, timingSafeEqual } from 'node:crypto'

/** Signs links that work without a token, for a while, for exactly one thing. */
export interface LinkSigner {
  sign(subject: readonly string[], expiresAt: number): string
  verify(subject: readonly string[], expiresAt: number, signature: string): boolean
}

export function linkSigner(key: Uint8Array): LinkSigner {
  const digest = (subject: readonly string[], expiresAt: number): Buffer =>
    createHmac('sha256', key)
      .update(JSON.stringify([...subject, expiresAt]))
      .digest()
  return {
    sign: (subject, expiresAt) => digest(subject, expiresAt).toString('base64url'),
    verify: (subject, expiresAt, signature) => {
      const given = Buffer.from(signature, 'base64url')
      const wanted = digest(subject, expiresAt)
      // timingSafeEqual throws on unequal lengths.
      return given.length === wanted.length && timingSafeEqual(given, wanted)
    },
  }
}
