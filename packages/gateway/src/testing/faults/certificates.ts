import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CertificateKind } from './fault.types.ts'

export interface Certificates {
  /** The authority that is to be trusted, in PEM. */
  readonly ca: string
  readonly of: (kind: CertificateKind) => { readonly key: string; readonly cert: string }
}

const SETTINGS = `[ca]
default_ca = d
[d]
new_certs_dir = .
database = db
serial = serial
default_md = sha256
policy = p
unique_subject = no
[p]
commonName = supplied
[localhost]
subjectAltName = DNS:localhost
[elsewhere]
subjectAltName = DNS:elsewhere.example
`

/** Makes certificates with the openssl of this machine. @param dir an empty folder */
export function makeCertificates(dir: string): Certificates {
  mkdirSync(dir)
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: dir, stdio: ['ignore', 'ignore', 'pipe'] })
  const key = (name: string) => openssl('ecparam', '-genkey', '-name', 'prime256v1', '-noout', '-out', `${name}.key`)
  const own = (name: string, subject: string, ...more: string[]) => {
    key(name)
    openssl('req', '-x509', '-new', '-key', `${name}.key`, '-subj', `/CN=${subject}`, '-days', '30', '-out', `${name}.pem`, ...more)
  }
  const signed = (name: string, by: string, extension: string, from: string, to: string) => {
    key(name)
    openssl('req', '-new', '-key', `${name}.key`, '-subj', '/CN=server', '-out', `${name}.csr`)
    const dates = ['-startdate', from, '-enddate', to]
    openssl(
      'ca',
      '-batch',
      '-notext',
      '-config',
      'settings',
      '-cert',
      `${by}.pem`,
      '-keyfile',
      `${by}.key`,
      '-in',
      `${name}.csr`,
      '-out',
      `${name}.pem`,
      '-extensions',
      extension,
      ...dates,
    )
  }
  writeFileSync(join(dir, 'settings'), SETTINGS)
  writeFileSync(join(dir, 'db'), '')
  writeFileSync(join(dir, 'serial'), '01')
  own('trusted', 'Test authority', '-addext', 'basicConstraints=critical,CA:TRUE')
  own('unknown', 'Nobody', '-addext', 'basicConstraints=critical,CA:TRUE')
  own('selfSigned', 'localhost', '-addext', 'subjectAltName=DNS:localhost')
  signed('expired', 'trusted', 'localhost', '20190101000000Z', '20200101000000Z')
  signed('wrongHost', 'trusted', 'elsewhere', '20190101000000Z', '20990101000000Z')
  signed('unknownCa', 'unknown', 'localhost', '20190101000000Z', '20990101000000Z')
  const read = (name: string) => readFileSync(join(dir, name), 'utf8')
  return { ca: read('trusted.pem'), of: (kind) => ({ key: read(`${kind}.key`), cert: read(`${kind}.pem`) }) }
}
