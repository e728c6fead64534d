import type { ProblemCode } from '@local-mcp/contract'

/** What a fault may be made of: a folder of its own, the addresses of servers, certificates. */
export interface Scene {
  /** A folder of its own. */
  readonly dir: string
  /** Writes an executable script there. @returns its path */
  readonly script: (text: string, mode?: number) => string
  /** A registry of packages that has none, as a URL. */
  readonly registry: string
}

/** A program that cannot be started, or fails as servers do. */
export interface StdioFault {
  /** What is wrong, in words for the page. */
  readonly name: string
  readonly code: ProblemCode
  /** What the evidence has to hold. */
  readonly seen: RegExp
  readonly make: (scene: Scene) => {
    readonly command: string
    readonly args?: readonly string[]
    readonly env?: Readonly<Record<string, string>>
    readonly cwd?: string
  }
  /** How long to wait for it to answer, where its silence is the fault, in milliseconds. */
  readonly patience?: number
}

/** A remote server that fails. */
export interface RemoteFault {
  readonly name: string
  readonly code: ProblemCode
  readonly seen: RegExp
  /** @returns the URL to connect to */
  readonly make: (scene: RemoteScene) => Promise<string> | string
  readonly headers?: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string>>
  /** Only the stream of HTTP+SSE is tried. */
  readonly sse?: boolean
  readonly allowPrivateNetwork?: boolean
  readonly patience?: number
}

export type CertificateKind = 'selfSigned' | 'expired' | 'wrongHost' | 'unknownCa'

export interface RemoteScene {
  /** A server that answers everything so. @returns its origin */
  readonly answer: (status: number, headers: Readonly<Record<string, string>>, body: string) => Promise<string>
  /** A server that does this with each connection. @returns its port */
  readonly raw: (onConnection: (socket: import('node:net').Socket) => void) => Promise<number>
  /** A server with such a certificate. @returns its port */
  readonly tls: (kind: CertificateKind) => Promise<number>
}
