import { type GatewayProcess, realServer } from '@local-mcp/testing'
import { expect, test } from '../hosts/journey.ts'

let tokens = 0

/** What somebody else changes. */
async function change(gateway: GatewayProcess, path: string, body: object): Promise<void> {
  const { token } = await gateway.cli<{ token: string }>('token', 'create', '--name', `other ${++tokens}`, '--admin')
  const answer = await fetch(`${gateway.origin}/api${path}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  expect(answer.status).toBe(200)
}

test('a profile that somebody else changes meanwhile: a quiet word, both beside each other, nothing lost', async ({ page, gateway }) => {
  await page.getByRole('navigation').getByRole('link', { name: 'Profiles' }).click()
  await page
    .getByRole('link', { name: /Default/ })
    .first()
    .click()
  const card = page.getByRole('region', { name: 'Name and description' })
  const name = card.getByRole('textbox', { name: 'Name', exact: true })
  const about = card.getByRole('textbox', { name: 'Description' })
  await name.fill('')
  await card.getByRole('button', { name: 'Save changes' }).click()
  await expect(name).toBeFocused()
  await expect(card.getByText('Give it a name.')).toBeVisible()

  await name.fill('Mine')
  await change(gateway, '/profiles/default', { name: 'Theirs', description: 'Said by them' })
  await expect(card.getByText('Somebody changed this while you were editing')).toBeVisible()
  await expect(name).toHaveValue('Mine')
  // Saved without looking: refused, and both are shown.
  await card.getByRole('button', { name: 'Save changes' }).click()
  const merge = card.getByRole('region', { name: 'Choose between yours and theirs' })
  await expect(merge.getByRole('group', { name: 'Name' }).getByRole('radio', { name: /Yours Mine/ })).toBeChecked()
  // What was not touched here is theirs unless it is chosen otherwise.
  await expect(merge.getByRole('group', { name: 'Description' }).getByRole('radio', { name: /Theirs, now Said by them/ })).toBeChecked()
  await merge.getByRole('button', { name: 'Take the chosen and keep editing' }).click()
  await expect(name).toHaveValue('Mine')
  await expect(about).toHaveValue('Said by them')
  await card.getByRole('button', { name: 'Save changes' }).click()
  await expect(page.getByRole('heading', { name: 'Mine', level: 1 })).toBeVisible()
  expect(await gateway.cli('profile', 'ls')).toMatchObject([{ name: 'Mine', description: 'Said by them' }])

  // Nothing typed: the form follows without a word.
  await change(gateway, '/profiles/default', { name: 'Later' })
  await expect(name).toHaveValue('Later')
  await expect(card.getByText('Somebody changed this')).toHaveCount(0)
})

test('a server that is changed by two, and a page that is left with something unsaved', async ({ page, gateway }) => {
  const { id } = await gateway.addServer('Everything', realServer.everything)
  await page.getByRole('navigation').getByRole('link', { name: 'Servers' }).click()
  await page.getByRole('link', { name: /Everything/ }).click()
  await page.getByRole('tab', { name: 'Settings' }).click()
  await page.getByRole('link', { name: 'Change' }).click()
  const name = page.getByRole('textbox', { name: 'Name', exact: true })
  await name.fill('My server')

  const question = page.getByRole('alertdialog', { name: 'Leave without saving?' })
  await page.getByRole('navigation').getByRole('link', { name: 'Profiles' }).click()
  await question.getByRole('button', { name: 'Cancel' }).click()
  await page.goBack()
  await question.getByRole('button', { name: 'Cancel' }).click()
  await expect(name).toHaveValue('My server')
  await page.goBack()
  await question.getByRole('button', { name: 'Leave' }).click()
  await expect(page.getByRole('heading', { name: 'Everything', level: 1 })).toBeVisible()

  await page.getByRole('tab', { name: 'Settings' }).click()
  await page.getByRole('link', { name: 'Change' }).click()
  await name.fill('My server')
  await change(gateway, `/mcp-servers/${id}`, { name: 'Their server', enabled: false })
  await page.getByRole('button', { name: 'Compare' }).click()
  const choice = page.getByRole('group', { name: 'Name', exact: true })
  await choice.getByRole('radio', { name: /Theirs, now Their server/ }).click()
  await page.getByRole('button', { name: 'Take the chosen and keep editing' }).click()
  await expect(name).toHaveValue('Their server')
  await name.fill('Our server')
  // What is not in the form moves on without a word, and the save is made on it.
  await change(gateway, `/mcp-servers/${id}`, { enabled: true })
  await page.getByRole('button', { name: 'Save changes' }).click()
  await expect(page.getByRole('heading', { name: 'Our server', level: 1 })).toBeVisible()
})

test('a source that is changed by two', async ({ page, gateway }) => {
  await page.getByRole('navigation').getByRole('link', { name: 'Sources' }).click()
  await page.getByRole('button', { name: 'Add source' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('textbox', { name: 'Name', exact: true }).fill('Office')
  await dialog.getByRole('textbox', { name: 'Value 1 name' }).fill('region')
  await dialog.getByRole('textbox', { name: 'Value 1', exact: true }).fill('eu')
  await dialog.getByRole('button', { name: 'Add source' }).click()
  await page
    .getByRole('button', { name: /Office/ })
    .first()
    .click()
  await dialog.getByRole('textbox', { name: 'Value 1', exact: true }).fill('mine')
  await change(gateway, '/sources/Office', { metadata: { region: 'theirs' } })
  await dialog.getByRole('button', { name: 'Compare' }).click()
  await expect(dialog.getByRole('radio', { name: /Yours region = mine/ })).toBeChecked()
  await dialog.getByRole('button', { name: 'Take the chosen and keep editing' }).click()
  await dialog.getByRole('button', { name: 'Save changes' }).click()
  await expect(page.getByRole('listitem').filter({ hasText: 'Office' })).toContainText('region: mine')
})

test('a switch is where it was put before the gateway answers, and back where that fails', async ({ page, gateway }) => {
  const { id } = await gateway.addServer('Everything', realServer.everything)
  let isHeld = false
  let cut = () => Promise.resolve()
  await page.routeWebSocket(/\/rpc$/, (socket) => {
    const server = socket.connectToServer()
    socket.onMessage((message) => isHeld || server.send(message))
    cut = () => socket.close({ code: 1011 })
  })
  await page.reload()
  await page.getByRole('navigation').getByRole('link', { name: 'Servers' }).click()
  await page.getByRole('link', { name: /Everything/ }).click()
  const on = page.getByRole('switch', { name: 'Server Everything is on' })
  const off = page.getByText('Off', { exact: true })
  await expect(on).toBeChecked()
  isHeld = true
  await on.click()
  await expect(on).not.toBeChecked()
  await expect(off.first()).toBeAttached()
  isHeld = false
  await cut()
  const news = page.getByRole('region', { name: 'News' })
  await expect(news.getByText('The connection to the gateway was lost')).toBeVisible()
  await expect(news.getByText('look whether the change was made')).toBeVisible()
  await expect(on).toBeChecked()
  expect(await gateway.cli<object[]>('server', 'ls')).toContainEqual(expect.objectContaining({ id, enabled: true }))
})
