import { isIP } from 'node:net'
import { connect, type PeerCertificate } from 'node:tls'

/** How long the second look may take, in milliseconds. */
const LOOK = 3000

/**
 * What the certificate of a server says of itself. Nothing is sent but the handshake, and nothing is trusted.
 *
 * @returns lines to show; none where the certificate is not to be had
 */
export function describeCertificate(url: URL, lookup: unknown): Promise<string[]> {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  return new Promise((resolve) => {
    const socket = connect({
      host,
      port: Number(url.port || 443),
      ...(isIP(host) ? {} : { servername: host }),
      lookup: lookup as never,
      // It is looked at because it was refused; the connection carries nothing.
      rejectUnauthorized: false,
    })
    const over = (lines: string[]) => {
      socket.destroy()
      resolve(lines)
    }
    socket.setTimeout(LOOK, () => over([]))
    socket.once('error', () => over([]))
    socket.once('secureConnect', () => over(linesOf(socket.getPeerCertificate())))
  })
}

function linesOf(certificate: PeerCertificate): string[] {
  const { subject, issuer, subjectaltname, valid_from, valid_to } = certificate
  if (!subject) return []
  const name = (of: PeerCertificate['subject']) => String(of.CN ?? of.O ?? 'nobody').slice(0, 200)
  return [
    `certificate for: ${(subjectaltname ?? name(subject)).slice(0, 500)}`,
    `certificate from: ${name(issuer)}`,
    `certificate valid: ${valid_from} to ${valid_to}`,
  ]
}
