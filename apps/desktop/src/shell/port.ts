import type { OwnerPort } from '@local-mcp/runtime'
import { ipcMain } from 'electron'
import { acceptsPort } from '../policy/navigation.ts'

/** Takes the port of our own window and nobody else's. It is the only message that main listens to. */
export function takePorts(enrolled: () => Electron.WebContents | null, take: (port: OwnerPort) => void): void {
  ipcMain.on('lmg:connect', ({ sender, senderFrame, ports }) => {
    const accepted = acceptsPort({
      isEnrolled: sender === enrolled(),
      isMainFrame: senderFrame?.parent === null,
      frameUrl: senderFrame?.url ?? null,
      ports: ports.length,
    })
    for (const port of ports) {
      if (accepted) take(port)
      else port.close()
    }
  })
}
