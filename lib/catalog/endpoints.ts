/** /api/v1/providers and /api/v1/models */
import * as z from 'zod'
import {
  addPriceInput,
  catalogueEffect,
  createModelInput,
  createProviderInput,
  credentialInput,
  deploymentInput,
  modelView,
  patchDeploymentInput,
  patchModelInput,
  patchProviderInput,
  priceView,
  providerView,
} from '#lib/catalog/contract.ts'
import { createModel, deleteModel, updateModel } from '#lib/catalog/models/change-models.ts'
import { addPrice } from '#lib/catalog/models/change-prices.ts'
import { addDeployment, deleteDeployment, updateDeployment } from '#lib/catalog/models/change-routes.ts'
import { listModels, listModelsQuery, listPrices, readModel } from '#lib/catalog/models/read-models.ts'
import {
  addCredential,
  createProvider,
  deleteProvider,
  retireCredential,
  updateProvider,
} from '#lib/catalog/providers/change-providers.ts'
import { listProviders, listProvidersQuery, readProvider } from '#lib/catalog/providers/read-providers.ts'
import { quarantineSupply, type SupplyStep } from '#lib/catalog/quarantine-supply.ts'
import { defineEndpoint } from '#lib/management/endpoint.ts'
import { pageSchema } from '#lib/management/page.ts'
import { quarantineInput, releaseInput } from '#lib/quarantine/contract.ts'

const params = z.object({ id: z.string().max(130) })
const routeParams = params.extend({ deploymentId: z.string().max(64) })
const nothing = z.void()

const step = (what: SupplyStep['what'], verb: 'quarantine' | 'release', tag: string) =>
  defineEndpoint({
    method: 'POST',
    path: `/${what}s/{id}/${verb}`,
    tag,
    action: `${what}.quarantine`,
    summary: verb === 'quarantine' ? `Stop every call to a ${what}` : `Let a ${what} go on`,
    params,
    body: verb === 'quarantine' ? quarantineInput : releaseInput,
    response: catalogueEffect,
    handle: ({ context, actor, params: { id }, body }) =>
      quarantineSupply(context, actor, { what, id, to: verb === 'quarantine' ? 'quarantined' : 'active', ...body }),
  })

const providers = 'Providers'

export const providerEndpoints = [
  defineEndpoint({
    method: 'GET',
    path: '/providers',
    summary: 'List providers',
    tag: providers,
    action: 'provider.read',
    query: listProvidersQuery,
    response: pageSchema(providerView),
    handle: ({ context, actor, query }) => listProviders(context, actor, query),
  }),
  defineEndpoint({
    method: 'POST',
    path: '/providers',
    summary: 'Connect a provider',
    tag: providers,
    action: 'provider.write',
    status: 201,
    body: createProviderInput,
    response: providerView,
    handle: ({ context, actor, body }) => createProvider(context, actor, body),
  }),
  defineEndpoint({
    method: 'GET',
    path: '/providers/{id}',
    summary: 'Read a provider',
    tag: providers,
    action: 'provider.read',
    params,
    response: providerView,
    handle: ({ context, actor, params: { id } }) => readProvider(context, actor, id),
  }),
  defineEndpoint({
    method: 'PATCH',
    path: '/providers/{id}',
    summary: 'Change a provider',
    tag: providers,
    action: 'provider.write',
    description: 'Pointed at another host, its credentials are retired: they were entered for the old one.',
    params,
    body: patchProviderInput,
    response: providerView,
    handle: ({ context, actor, params: { id }, body }) => updateProvider(context, actor, id, body),
  }),
  defineEndpoint({
    method: 'DELETE',
    path: '/providers/{id}',
    summary: 'Remove a provider that serves no model',
    tag: providers,
    action: 'provider.write',
    status: 204,
    params,
    response: nothing,
    handle: ({ context, actor, params: { id } }) => deleteProvider(context, actor, id),
  }),
  defineEndpoint({
    method: 'POST',
    path: '/providers/{id}/credentials',
    summary: 'Add a credential; it is encrypted and never told again',
    tag: providers,
    action: 'provider.write',
    status: 201,
    params,
    body: credentialInput,
    response: providerView,
    handle: ({ context, actor, params: { id }, body }) => addCredential(context, actor, id, body),
  }),
  defineEndpoint({
    method: 'POST',
    path: '/providers/{id}/credentials/{credentialId}/retire',
    summary: 'Retire a credential',
    tag: providers,
    action: 'provider.write',
    params: params.extend({ credentialId: z.string().max(64) }),
    body: z.strictObject({}),
    response: providerView,
    handle: ({ context, actor, params: { id, credentialId } }) => retireCredential(context, actor, id, credentialId),
  }),
  step('provider', 'quarantine', providers),
  step('provider', 'release', providers),
]

const models = 'Models'
const forMe = z.strictObject({ for: z.literal('me').optional() })

export const modelEndpoints = [
  defineEndpoint({
    method: 'GET',
    path: '/models',
    summary: 'List models with their prices',
    tag: models,
    action: 'model.read',
    description:
      '`for=me` adds whether a key of yours could call each of them: by your access profile, the organisation and your teams, as a call is judged. `filter[access]=allowed` then keeps those.',
    query: listModelsQuery,
    response: pageSchema(modelView),
    handle: ({ context, actor, query }) => listModels(context, actor, query),
  }),
  defineEndpoint({
    method: 'POST',
    path: '/models',
    summary: 'Add a model',
    tag: models,
    action: 'model.write',
    status: 201,
    description: 'Without a price it takes the list price, where the price package knows the model.',
    body: createModelInput,
    response: modelView,
    handle: ({ context, actor, body }) => createModel(context, actor, body),
  }),
  defineEndpoint({
    method: 'GET',
    path: '/models/{id}',
    summary: 'Read a model, by id or name',
    tag: models,
    action: 'model.read',
    params,
    query: forMe,
    response: modelView,
    handle: ({ context, actor, params: { id }, query }) => readModel(context, actor, id, query),
  }),
  defineEndpoint({
    method: 'PATCH',
    path: '/models/{id}',
    summary: 'Change a model',
    tag: models,
    action: 'model.write',
    description:
      'An alias that another model has is a conflict; with `moveAliases` it moves here, and the next call goes here.',
    params,
    body: patchModelInput,
    response: modelView,
    handle: ({ context, actor, params: { id }, body }) => updateModel(context, actor, id, body),
  }),
  defineEndpoint({
    method: 'DELETE',
    path: '/models/{id}',
    summary: 'Remove a model that was never called',
    tag: models,
    action: 'model.write',
    status: 204,
    params,
    response: nothing,
    handle: ({ context, actor, params: { id } }) => deleteModel(context, actor, id),
  }),
  defineEndpoint({
    method: 'GET',
    path: '/models/{id}/prices',
    summary: 'The price book of a model, newest first',
    tag: models,
    action: 'price.read',
    params,
    response: z.object({ data: z.array(priceView) }),
    handle: ({ context, actor, params: { id } }) => listPrices(context, actor, id),
  }),
  defineEndpoint({
    method: 'POST',
    path: '/models/{id}/prices',
    summary: 'Set a price, from now or from a time to come',
    tag: models,
    action: 'price.write',
    status: 201,
    description: 'Of the model, or, with `deploymentId`, of one route: the calls that it serves then cost this.',
    params,
    body: addPriceInput,
    response: modelView,
    handle: ({ context, actor, params: { id }, body }) => addPrice(context, actor, id, body),
  }),
  defineEndpoint({
    method: 'POST',
    path: '/models/{id}/deployments',
    summary: 'Add a route',
    tag: models,
    action: 'model.write',
    status: 201,
    params,
    body: deploymentInput,
    response: modelView,
    handle: ({ context, actor, params: { id }, body }) => addDeployment(context, actor, id, body),
  }),
  defineEndpoint({
    method: 'PATCH',
    path: '/models/{id}/deployments/{deploymentId}',
    summary: 'Change a route',
    tag: models,
    action: 'model.write',
    params: routeParams,
    body: patchDeploymentInput,
    response: modelView,
    handle: ({ context, actor, params: { id, deploymentId }, body }) =>
      updateDeployment(context, actor, { model: id, deploymentId }, body),
  }),
  defineEndpoint({
    method: 'DELETE',
    path: '/models/{id}/deployments/{deploymentId}',
    summary: 'Remove a route that never had a price of its own',
    tag: models,
    action: 'model.write',
    status: 204,
    params: routeParams,
    response: nothing,
    handle: ({ context, actor, params: { id, deploymentId } }) =>
      deleteDeployment(context, actor, { model: id, deploymentId }),
  }),
  step('model', 'quarantine', models),
  step('model', 'release', models),
]
