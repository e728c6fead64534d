import { ipcRenderer } from 'electron'

interface Message {
  readonly source: unknown
  readonly data: unknown
  readonly ports: readonly never[]
}
// The one part of this room that runs in a page.
declare const window: { addEventListener(type: 'message', listener: (event: Message) => void): void }

// All that the page gets from the app: it may hand over one end of a channel of its own, for the operations.
window.addEventListener('message', ({ source, data, ports }) => {
  const [port] = ports
  if (source === window && data === 'lmg:connect' && port && ports.length === 1) ipcRenderer.postMessage('lmg:connect', null, [port])
})
