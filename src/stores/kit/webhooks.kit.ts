/** What every implementation of Webhooks must do. */
import assert from 'node:assert/strict'
import test from 'node:test'
import type { Webhook } from '../../ports/webhooks.ts'
import type { Implementation } from './stores.ts'

const HOOK: Webhook = {
  id: 'b2f1c9a0-0000-4000-8000-000000000001',
  url: 'https://hooks.example/waymark',
  description: 'badges',
  types: ['org.waymark.learning.collection.completed.v1'],
  topics: null,
  format: 'structured',
  redacted: false,
  secrets: [
    { sealed: 'new', until: null },
    { sealed: 'old', until: 5 },
  ],
  createdAt: 1,
  disabled: null,
  failingSince: null,
}

export function webhooksKit({ name, open }: Implementation): void {
  test(`${name}: webhooks are kept as they were registered, listed by age, and removed`, async (t) => {
    const { store, close } = await open()
    t.after(close)
    const { webhooks } = store
    assert.deepEqual(await webhooks.list(), [])
    const second = { ...HOOK, id: 'a', types: null, topics: ['learning'], format: 'binary', redacted: true } as const
    assert.equal(await webhooks.add(HOOK, 10), true)
    assert.equal(await webhooks.add(second, 10), true)
    assert.deepEqual(await webhooks.find(HOOK.id), HOOK)
    assert.equal(await webhooks.find('toString'), undefined)
    assert.deepEqual(await webhooks.list(), [HOOK, second])
    assert.equal(await webhooks.remove(HOOK.id), true)
    assert.equal(await webhooks.remove(HOOK.id), false)
    assert.deepEqual(await webhooks.list(), [second])
  })

  test(`${name}: there are so many webhooks and no more, also where they come together`, async (t) => {
    const { store, close } = await open()
    t.after(close)
    const adding = ['1', '2', '3'].map((id) => store.webhooks.add({ ...HOOK, id }, 2))
    assert.deepEqual(await Promise.all(adding), [true, true, false])
    await store.webhooks.remove('1')
    assert.equal(await store.webhooks.add({ ...HOOK, id: '3' }, 2), true)
  })

  test(`${name}: a change of a webhook is made to what it is then, or not at all`, async (t) => {
    const { store, close } = await open()
    t.after(close)
    const { webhooks } = store
    await webhooks.add(HOOK, 10)
    const longer = (webhook: Webhook): Webhook => ({ ...webhook, description: `${webhook.description}!` })
    await Promise.all([webhooks.change(HOOK.id, longer), webhooks.change(HOOK.id, longer)])
    assert.equal((await webhooks.find(HOOK.id))?.description, 'badges!!')
    await assert.rejects(
      webhooks.change(HOOK.id, () => {
        throw new Error('no')
      }),
      /no/,
    )
    const disabled = { reason: 'gone', since: 7 }
    assert.deepEqual(await webhooks.change(HOOK.id, () => ({ ...HOOK, disabled })), { ...HOOK, disabled })
    assert.deepEqual(await webhooks.find(HOOK.id), { ...HOOK, disabled })
    assert.equal(await webhooks.change('b', longer), undefined)
  })
}
