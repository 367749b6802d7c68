/** A provider's credentials: which one a call uses when they change or die. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { call, callsAtOnce, eventsOf, type Answer } from '#lib/testing/calls.ts'
import { startTestGateway, type TestGateway } from '#lib/testing/gateway.ts'
import {
  addCredential,
  errorAnswer,
  goodAnswer,
  routedModel,
  startScriptedProviders,
  type Script,
  type ScriptedProviders,
} from '#lib/testing/scripted-provider.ts'

let g: TestGateway
let providers: ScriptedProviders
beforeAll(async () => {
  providers = await startScriptedProviders()
  g = await startTestGateway()
})
afterAll(async () => {
  await g?.close()
  providers?.close()
})

describe('a provider’s credential', () => {
  const accepted = new Set(['first'])
  const asked: string[] = []
  const checks: Script = (one) => {
    const credential = one.headers.authorization!.replace('Bearer ', '')
    asked.push(credential)
    if (!accepted.has(credential)) return errorAnswer(401)(one)
    setTimeout(() => goodAnswer(one), 20 + (one.index % 5) * 20)
  }

  test('that is rotated while 50 calls run fails none of them, and the next calls use the new one', async () => {
    const provider = providers.add(checks)
    const { name, providerIds } = await routedModel(g, { baseUrl: provider, credentials: ['first'] })
    const key = await g.makeKey()
    const used = (secret: string): number => asked.filter((credential) => credential === secret).length
    let isOver = false
    const running = callsAtOnce(
      50,
      () => !isOver,
      () => call(g, key, name),
    )
    while (used('first') < 100) await sleep(10)
    accepted.add('second')
    const second = await addCredential(g, providerIds[0]!, 'second')
    await g.change(['catalog'], ({ db }) =>
      db.providerCredential.updateMany({
        where: { providerId: providerIds[0]!, id: { not: second } },
        data: { status: 'retired', retiredAt: new Date() },
      }),
    )
    const retiredAtMs = Date.now()
    while (used('second') < 100) await sleep(10)
    const usedBefore = used('first')
    while (used('second') < 200) await sleep(10)
    expect(used('first')).toBe(usedBefore)
    isOver = true
    const answers = await running
    expect(answers.filter(({ status }) => status !== 200)).toEqual([])
    const events = await eventsOf(g, key, answers.length)
    const late = events.filter(({ at }) => at > retiredAtMs)
    expect(late.length).toBeGreaterThan(0)
    expect(new Set(late.flatMap(({ attempts }) => attempts.map(({ credentialId }) => credentialId)))).toEqual(
      new Set([second]),
    )
  })

  test('that is dead is passed over after its first refusal', async () => {
    const used: string[] = []
    const provider = providers.add((one) => {
      used.push(one.headers.authorization!)
      if (one.headers.authorization === 'Bearer dead') errorAnswer(401)(one)
      else goodAnswer(one)
    })
    const { name } = await routedModel(g, { baseUrl: provider, credentials: ['dead', 'alive'] })
    const key = await g.makeKey()
    const answers: Answer[] = []
    for (let i = 0; i < 30; i++) answers.push(await call(g, key, name))
    expect(answers.filter(({ status }) => status !== 200)).toEqual([])
    expect(used.filter((authorization) => authorization === 'Bearer dead')).toHaveLength(1)
  })
})
