import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { allEndpoints } from '#app/api/v1/inventory.ts'
import { mounted } from '#app/api/v1/mount.ts'
import { roles, type Actor, type Role } from '#lib/identity/contract.ts'
import { mayAnywhere, permissions } from '#lib/identity/rules/permissions.ts'
import type { Endpoint } from '#lib/management/endpoint.ts'
import { openApiDocument } from '#lib/management/openapi.ts'

const folder = import.meta.dirname
const nameOf = ({ method, path: address }: Endpoint) => `${method} ${address}`

function routeFiles(within: string): string[] {
  return fs
    .readdirSync(within, { recursive: true, encoding: 'utf8' })
    .filter((file) => path.basename(file) === 'route.ts')
}

describe('the inventory of the management API', () => {
  test('is exactly what the route files mount', async () => {
    const files = routeFiles(folder)
    expect(files.length).toBeGreaterThan(5)
    for (const file of files) await import(path.join(folder, file))
    expect(mounted.map(nameOf).toSorted()).toEqual(allEndpoints.map(nameOf).toSorted())
  })

  test('has each operation once', () => {
    expect(new Set(allEndpoints.map(nameOf)).size).toBe(allEndpoints.length)
  })

  test.each(allEndpoints.map((endpoint) => [nameOf(endpoint), endpoint] as const))(
    '%s asks for an action that the table knows',
    (_name, endpoint) => {
      expect(Object.keys(permissions)).toContain(endpoint.action)
    },
  )

  test('lies in the folder of its resource', () => {
    const folders = new Set(routeFiles(folder).map((file) => file.split(path.sep)[0]))
    for (const { path: address } of allEndpoints) expect(folders).toContain(address.split('/')[1])
  })
})

describe('the OpenAPI document', () => {
  const document = openApiDocument(allEndpoints, { url: 'https://ai.example.com', version: '1.0.0' }) as {
    openapi: string
    paths: Record<
      string,
      Record<
        string,
        { operationId: string; responses: Record<string, unknown>; parameters?: { name: string; in: string }[] }
      >
    >
  }

  test('is version 3.1 and names every operation once', () => {
    expect(document.openapi).toBe('3.1.0')
    const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods))
    expect(operations).toHaveLength(allEndpoints.length)
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(allEndpoints.length)
    for (const { responses } of operations)
      expect(responses.default).toEqual({ $ref: '#/components/responses/Problem' })
  })

  test('has a parameter for each piece of a path, and for each filter', () => {
    for (const [address, methods] of Object.entries(document.paths)) {
      const wanted = [...address.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
      for (const { parameters = [] } of Object.values(methods)) {
        expect(parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name)).toEqual(wanted)
      }
    }
    const names = document.paths['/teams']?.get?.parameters?.map(({ name }) => name)
    expect(names).toEqual(
      expect.arrayContaining(['limit', 'cursor', 'q', 'sort', 'filter[status]', 'filter[costCentre]']),
    )
  })

  test('promises no field that could hold a secret', () => {
    const text = JSON.stringify(document)
    for (const word of ['digest', 'ciphertext', 'wrappedKey', 'idToken', 'password'])
      expect(text).not.toContain(`"${word}"`)
  })
})

describe('what a role may do on its own, without a team and without owning anything', () => {
  const actor = (...held: Role[]): Actor => ({
    kind: 'token',
    id: 'tok_1',
    name: 'token',
    email: null,
    roles: new Set(held),
    teamIds: [],
    leadOf: [],
    profileId: null,
    ip: null,
    requestId: null,
  })
  // A question may need a body: what is asked as a reader changes nothing.
  const writes = allEndpoints.filter(({ method, action }) => method !== 'GET' && !action.endsWith('.read'))

  test.each(roles.filter((name) => name !== 'admin'))('is nothing that changes anything, for a %s', (role) => {
    const allowed = writes.filter(({ action }) => mayAnywhere(actor(role), action) && action !== 'showback.close')
    expect(allowed.map(nameOf)).toEqual([])
  })

  test('is everything but closing the month, for admins', () => {
    const refused = writes.filter(({ action }) => !mayAnywhere(actor('admin'), action))
    expect(refused.map(nameOf).filter((name) => !name.includes('close'))).toEqual([])
  })

  test('is only to ask who one is, without any role', () => {
    const allowed = allEndpoints.filter(({ action }) => mayAnywhere(actor(), action) && action !== 'health.read')
    expect(new Set(allowed.map(({ action }) => action))).toEqual(new Set(['me.read']))
  })
})
