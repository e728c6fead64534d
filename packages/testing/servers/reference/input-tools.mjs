// Tools that ask the client before they answer.
import { elicit, input, NeedInput, roots, sample, seal, unseal } from './input.mjs'
import { obj, RpcError, str, text } from './protocol.mjs'
import { tool } from './tool-table.mjs'

tool('test_sampling', 'sampling', obj({ prompt: str() }, ['prompt']), async (a, c) => {
  const r = await input(c, { s: sample(a.prompt) })
  return text(`LLM response: ${r.s.content?.text ?? JSON.stringify(r.s.content)}`)
})
const elicited = (r) => text(`Elicitation completed: action=${r.action}, content=${JSON.stringify(r.content ?? {})}`)
tool('test_elicitation', 'elicit', obj({ message: str() }, ['message']), async (a, c) => {
  const r = await input(c, {
    e: elicit(a.message, { username: str("User's response"), email: str("User's email address") }, ['username', 'email']),
  })
  return text(`User response: action: ${r.e.action}, content: ${JSON.stringify(r.e.content ?? {})}`)
})
tool('test_elicitation_sep1034_defaults', 'elicit defaults', obj(), async (_, c) =>
  elicited(
    (
      await input(c, {
        e: elicit(
          'Defaults',
          {
            name: { type: 'string', default: 'John Doe' },
            age: { type: 'integer', default: 30 },
            score: { type: 'number', default: 95.5 },
            status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
            verified: { type: 'boolean', default: true },
          },
          [],
        ),
      })
    ).e,
  ),
)
tool('test_elicitation_sep1330_enums', 'elicit enums', obj(), async (_, c) => {
  const o = ['option1', 'option2', 'option3'],
    titled = (n) => [1, 2, 3].map((i) => ({ const: `value${i}`, title: `${['First', 'Second', 'Third'][i - 1]} ${n}` }))
  return elicited(
    (
      await input(c, {
        e: elicit(
          'Enums',
          {
            untitledSingle: { type: 'string', enum: o },
            titledSingle: { type: 'string', oneOf: titled('Option') },
            legacyEnum: { type: 'string', enum: ['opt1', 'opt2', 'opt3'], enumNames: ['Option One', 'Option Two', 'Option Three'] },
            untitledMulti: { type: 'array', items: { type: 'string', enum: o } },
            titledMulti: { type: 'array', items: { anyOf: titled('Choice') } },
          },
          [],
        ),
      })
    ).e,
  )
})
const ir = 'test_input_required_result_'
tool(`${ir}elicitation`, 'mrtr', obj(), async (_, c) =>
  text(`Hello, ${(await input(c, { user_name: elicit('What is your name?', { name: str() }, ['name']) })).user_name.content?.name}!`),
)
tool(`${ir}sampling`, 'mrtr', obj(), async (_, c) =>
  text((await input(c, { capital_question: sample('What is the capital of France?') })).capital_question.content.text ?? ''),
)
tool(`${ir}list_roots`, 'mrtr', obj(), async (_, c) =>
  text(`roots: ${(await input(c, { client_roots: roots })).client_roots.roots.map((r) => r.uri).join(',')}`),
)
tool(`${ir}request_state`, 'mrtr', obj(), async (_, c) => {
  const r = { confirm: elicit('Please confirm', { ok: { type: 'boolean' } }, ['ok']) }
  if (c.params.requestState !== undefined) unseal(c.params.requestState)
  await input(c, r, seal({ t: 'rs' }))
  if (c.modern && c.params.requestState === undefined) throw new RpcError(-32602, 'Missing requestState')
  return text('state-ok')
})
tool(`${ir}multiple_inputs`, 'mrtr', obj(), async (_, c) => {
  if (c.params.requestState !== undefined) unseal(c.params.requestState)
  const r = await input(
    c,
    {
      user_name: elicit('What is your name?', { name: str() }, ['name']),
      greeting: sample('Generate a greeting', 50),
      client_roots: roots,
    },
    seal({ t: 'mi' }),
  )
  return text(`got ${Object.keys(r).join(',')}`)
})
tool(`${ir}multi_round`, 'mrtr', obj(), async (_, c) => {
  const s1 = { step1: elicit('Step 1: What is your name?', { name: str() }, ['name']) },
    s2 = { step2: elicit('Step 2: What is your favorite color?', { color: str() }, ['color']) }
  if (!c.modern) {
    const a = await input(c, s1),
      b = await input(c, s2)
    return text(`${a.step1.content?.name} ${b.step2.content?.color}`)
  }
  const st = c.params.requestState === undefined ? {} : unseal(c.params.requestState)
  if (st.round === 2) {
    const b = await input(c, s2, seal(st))
    return text(`${st.name} likes ${b.step2.content?.color}`)
  }
  const a = await input(c, s1, seal({ round: 1 }))
  throw new NeedInput(s2, seal({ round: 2, name: a.step1.content?.name }))
})
tool(`${ir}tampered_state`, 'mrtr', obj(), async (_, c) => {
  if (c.params.requestState !== undefined) unseal(c.params.requestState)
  await input(c, { confirm: elicit('ok?', { ok: { type: 'boolean' } }, ['ok']) }, seal({ t: 'ts' }))
  return text('done')
})
tool(`${ir}capabilities`, 'mrtr', obj(), async (_, c) => {
  const r = {}
  if (c.caps.elicitation) r.e = elicit('name?', { name: str() }, ['name'])
  if (c.caps.sampling) r.s = sample('hi', 50)
  if (c.caps.roots) r.r = roots
  if (Object.keys(r).length) await input(c, r)
  return text('done')
})
