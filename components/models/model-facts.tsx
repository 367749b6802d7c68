import { AllAliases } from '#components/models/model-aliases.tsx'
import { endpointWords } from '#components/models/endpoint-words.ts'
import { capabilityWord, takes, type ModelLine } from '#components/models/model-line.ts'
import { formatDate, MISSING } from '#components/ui/format.ts'
import { Facts } from '#components/ui/section.tsx'
import { endpoints, type ModelView } from '#lib/catalog/contract.ts'
import { serves } from '#lib/catalog/rules/serves.ts'

/** What a model is and can do. */
export function ModelFacts({ model, line }: { readonly model: ModelView; readonly line: ModelLine }) {
  return <Facts items={factsOf(model, line)} />
}

function factsOf(model: ModelView, line: ModelLine) {
  return [
    { label: 'Name', value: model.displayName },
    ...(model.aliases.length === 0 ? [] : [{ label: 'Also called', value: <AllAliases aliases={model.aliases} /> }]),
    { label: 'Vendor', value: model.vendor },
    { label: 'Takes', value: takes(line).join(', ') },
    { label: 'Can do', value: model.capabilities.map(capabilityWord).join(', ') || MISSING },
    { label: 'Endpoints', value: served(model) },
    { label: 'Regions', value: line.regions.map((region) => region.toUpperCase()).join(', ') || MISSING },
    ...(model.retiresAt === null ? [] : [{ label: 'Ends', value: formatDate(Date.parse(model.retiresAt)) }]),
    ...(line.simulated ? [{ label: 'Answers', value: 'from the provider simulator' }] : []),
  ]
}

/** Where callers can ask for it, its own wire's endpoints and those that the gateway translates. */
function served(model: ModelView): string {
  return endpoints
    .filter((endpoint) => serves(model, endpoint))
    .map((endpoint) => endpointWords[endpoint])
    .join(', ')
}
