// Resources and prompts, as the suite's descriptions dictate them.
import { elicit, input } from './input.mjs'
import { PNG, str } from './protocol.mjs'

export const RESOURCES = {
  'test://static-text': ['Static text', 'text/plain', () => ({ text: 'This is the content of the static text resource.' })],
  'test://static-binary': ['Static binary', 'image/png', () => ({ blob: PNG })],
  'test://watched-resource': ['Watched', 'text/plain', () => ({ text: 'Watched resource content' })],
}
export const PROMPTS = {
  test_simple_prompt: [[], () => [{ role: 'user', content: { type: 'text', text: 'This is a simple prompt for testing.' } }]],
  test_prompt_with_arguments: [
    ['arg1', 'arg2'],
    (a) => [{ role: 'user', content: { type: 'text', text: `Prompt with arguments: arg1='${a.arg1}', arg2='${a.arg2}'` } }],
  ],
  test_prompt_with_embedded_resource: [
    ['resourceUri'],
    (a) => [
      {
        role: 'user',
        content: {
          type: 'resource',
          resource: { uri: a.resourceUri, mimeType: 'text/plain', text: 'Embedded resource content for testing.' },
        },
      },
      { role: 'user', content: { type: 'text', text: 'Please process the embedded resource above.' } },
    ],
  ],
  test_prompt_with_image: [
    [],
    () => [
      { role: 'user', content: { type: 'image', data: PNG, mimeType: 'image/png' } },
      { role: 'user', content: { type: 'text', text: 'Please analyze the image above.' } },
    ],
  ],
  test_input_required_result_prompt: [
    [],
    async (_, c) => {
      const r = await input(c, { user_context: elicit('What context should the prompt use?', { context: str() }, ['context']) })
      return [{ role: 'user', content: { type: 'text', text: `Context: ${r.user_context.content?.context}` } }]
    },
  ],
}
