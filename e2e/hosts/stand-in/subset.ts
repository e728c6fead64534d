/** What runs this, before it takes the name of Electron's executable. */
export const NODE = process.execPath

/**
 * Makes an object say at once when something of Electron is used that the stand-in does not have.
 * @param name as it is called in Electron
 */
export function strict<Target extends object>(name: string, target: Target): Target {
  return new Proxy(target, {
    get(object, key) {
      // What promises and debuggers look for on everything.
      if (typeof key === 'symbol' || key in object || key === 'then' || key === 'toJSON') {
        const value = Reflect.get(object, key, object)
        return typeof value === 'function' && !isClass(value) ? value.bind(object) : value
      }
      throw new Error(`The stand-in for Electron has no ${name}.${key}`)
    },
    set(object, key, value) {
      return Reflect.set(object, key, value, object)
    },
  })
}

const isClass = (value: object) => /^class\b/.test(Function.prototype.toString.call(value))

/** What specs may look at that has no window: the tray, notifications, what was asked. Real Electron shows none of it. */
export interface Seen {
  tray: { tooltip: string; items: unknown[]; click(): void } | null
  notifications: { title: string; body: string; click(): void }[]
  opened: string[]
  relaunches: number
  linkSchemes: string[]
}
export const seen: Seen = { tray: null, notifications: [], opened: [], relaunches: 0, linkSchemes: [] }
Object.assign(globalThis, { __standIn: seen })
