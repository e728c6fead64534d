// Tools that answer, log, report progress or change something.
import { hub } from './hub.mjs'
import { elicit, input } from './input.mjs'
import { EXTRA, obj, PNG, RpcError, sleep, str, text, WAV } from './protocol.mjs'
import { tool } from './tool-table.mjs'

tool('test_simple_text', 'text', obj(), () => text('This is a simple text response for testing.'))
tool('test_image_content', 'image', obj(), () => ({ content: [{ type: 'image', data: PNG, mimeType: 'image/png' }] }))
tool('test_audio_content', 'audio', obj(), () => ({ content: [{ type: 'audio', data: WAV, mimeType: 'audio/wav' }] }))
tool('test_embedded_resource', 'resource', obj(), () => ({
  content: [
    {
      type: 'resource',
      resource: { uri: 'test://embedded-resource', mimeType: 'text/plain', text: 'This is an embedded resource content.' },
    },
  ],
}))
tool('test_multiple_content_types', 'mixed', obj(), () => ({
  content: [
    { type: 'text', text: 'Multiple content types test:' },
    { type: 'image', data: PNG, mimeType: 'image/png' },
    {
      type: 'resource',
      resource: { uri: 'test://mixed-content-resource', mimeType: 'application/json', text: '{"test":"data","value":123}' },
    },
  ],
}))
tool('test_tool_with_logging', 'logs', obj(), async (_, c) => {
  c.log('info', 'Tool execution started')
  await sleep(50)
  c.log('info', 'Tool processing data')
  await sleep(50)
  c.log('info', 'Tool execution completed')
  return text('logged')
})
tool('test_logging_tool', 'logs', obj(), async (_, c) => {
  c.log('info', 'hello')
  return text('ok')
})
tool('test_error_handling', 'error', obj(), () => text('This tool intentionally returns an error for testing', { isError: true }))
tool('test_tool_with_progress', 'progress', obj(), async (_, c) => {
  for (const p of [0, 50, 100]) {
    c.progress(p, 100)
    await sleep(50)
  }
  return text('progressed')
})
tool('test_reconnection', 'closes the SSE stream mid-call', obj(), async (_, c) => {
  await sleep(100)
  c.closeStream()
  await sleep(300)
  return text('Reconnection test completed successfully')
})
tool(
  'json_schema_2020_12_tool',
  'Tool with JSON Schema 2020-12 features',
  {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    $defs: { address: { $anchor: 'addressDef', type: 'object', properties: { street: str(), city: str() } } },
    properties: {
      name: str(),
      address: { $ref: '#/$defs/address' },
      contactMethod: { type: 'string', enum: ['phone', 'email'] },
      phone: str(),
      email: str(),
    },
    allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
    if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: { required: ['phone'] },
    else: { required: ['email'] },
    additionalProperties: false,
  },
  (a) => text(JSON.stringify(a)),
)
tool(
  'test_x_mcp_header',
  'mirrored parameter',
  obj({ region: { type: 'string', 'x-mcp-header': 'Region' }, n: { type: 'integer', 'x-mcp-header': 'N' } }, ['region']),
  (a) => text(`region=${a.region}`),
)
tool('test_missing_capability', 'needs sampling', obj(), (_, c) => {
  if (!c.caps.sampling)
    throw new RpcError(-32021, 'Missing required client capability: sampling', { requiredCapabilities: { sampling: {} } }, 400)
  return text('ok')
})
tool('test_streaming_elicitation', 'streams then asks', obj(), async (_, c) => {
  c.stream?.()
  const r = await input(c, { e: elicit('Continue?', { ok: { type: 'boolean' } }, ['ok']) })
  return text(`streamed ${r.e.action}`)
})
tool('test_trigger_tool_change', 'tools/list_changed', obj(), (_, c) => {
  hub.emit('tools', c)
  return text('ok')
})
tool('test_trigger_prompt_change', 'prompts/list_changed', obj(), (_, c) => {
  hub.emit('prompts', c)
  return text('ok')
})
tool('test_trigger_resource_update', 'resources/updated', obj({ uri: str() }), (a, c) => {
  hub.updated(a.uri ?? 'test://watched-resource', c)
  return text('ok')
})
for (let i = 0; i < EXTRA; i++) tool(`extra_${i}`, `extra tool ${i}`, obj({ a: str() }), (a) => text(`extra ${i} ${a.a ?? ''}`))
