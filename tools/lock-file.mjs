// The lock file must name the packages of every platform, also where the registry that wrote it did not carry them:
// npm 9 and 10 install what is in the lock file and silently nothing else, and a build tool without its binary then
// fails on the very platforms that nobody here has.
const OS = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32']
const CPU = ['arm64', 'arm', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'x64', 'wasm32']

/** What a package's name says of the platform that it is for; null where it says nothing. */
function platformOf(name) {
  const words = name.split(/[-/]/)
  const os = OS.find((one) => words.includes(one))
  const cpu = CPU.find((one) => words.includes(one)) ?? (words.includes('universal') ? 'any' : undefined)
  if (words.includes('wasm32')) return { cpu: ['wasm32'] }
  if (!os || !cpu) return null
  const libc = words.includes('musl') ? ['musl'] : words.some((word) => word === 'gnu') ? ['glibc'] : null
  return { os: [os], ...(cpu === 'any' ? {} : { cpu: [cpu] }), ...(libc ? { libc } : {}) }
}

/** The optional packages that others in the lock file name and that have no entry: name → version. */
export function missingOptional({ packages }) {
  const missing = new Map()
  for (const [path, { optionalDependencies = {} }] of Object.entries(packages)) {
    if (path === '') continue
    for (const [name, version] of Object.entries(optionalDependencies)) {
      if (!(`node_modules/${name}` in packages) && !(`${path}/node_modules/${name}` in packages)) missing.set(name, version)
    }
  }
  return missing
}

/** Adds an entry for each of them. What is fetched by it is checked against no hash, like any package without a lock file. */
export function addMissing(lock) {
  const unknown = []
  for (const [name, version] of missingOptional(lock)) {
    const platform = platformOf(name)
    if (platform && /^\d/.test(version)) lock.packages[`node_modules/${name}`] = { version, optional: true, ...platform }
    else unknown.push(`${name}@${version}`)
  }
  lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)))
  return unknown
}
