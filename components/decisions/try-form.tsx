import { endpointWords } from '#components/models/endpoint-words.ts'
import { Button } from '#components/ui/button.tsx'
import { Field } from '#components/ui/field.tsx'
import { Input } from '#components/ui/input.tsx'
import { Section } from '#components/ui/section.tsx'
import { Select } from '#components/ui/select.tsx'
import type { Endpoint } from '#lib/catalog/contract.ts'

export type TryValues = Readonly<
  Record<'key' | 'model' | 'endpoint' | 'region' | 'address' | 'promptTokens' | 'outputTokens', string>
>

type TryFormProps = {
  readonly values: TryValues
  readonly keys: readonly { readonly id: string; readonly name: string; readonly team: string }[]
  readonly models: readonly string[]
  readonly regions: readonly string[]
  readonly endpoints: readonly Endpoint[]
  /** By field. */
  readonly errors: Readonly<Record<string, string>>
}

const any = { value: 'any', label: 'Any' }

/** What is asked. Sending it is going to an address, so that an answer can be shared and asked again. */
export function TryForm({ values, keys, models, regions, endpoints, errors }: TryFormProps) {
  // A key that was led here from its own page need not be among the last used.
  const isListed = values.key === '' || keys.some(({ id }) => id === values.key)
  const options = [
    ...(isListed ? [] : [{ value: values.key, label: values.key }]),
    ...keys.map(({ id, name, team }) => ({ value: id, label: name, beside: team })),
  ]
  return (
    <Section title="The call">
      <form method="get" action="/decisions/try" className="grid gap-4">
        <Field label="Key" error={errors.key ?? null}>
          <Select
            name="key"
            key={values.key}
            {...(values.key ? { defaultValue: values.key } : {})}
            placeholder="Choose a key"
            options={options}
          />
        </Field>
        <Field label="Model" help="Its name, an alias, or provider/model." error={errors.model ?? null}>
          <Input name="model" mono required defaultValue={values.model} list="try-models" maxLength={200} />
        </Field>
        <datalist id="try-models">
          {models.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </datalist>
        <div className="grid grid-cols-2 gap-3">
          <Field label="Tokens in" error={errors.promptTokens ?? null}>
            <Input name="promptTokens" inputMode="numeric" defaultValue={values.promptTokens} placeholder="1000" />
          </Field>
          <Field label="Tokens out" error={errors.outputTokens ?? null}>
            <Input name="outputTokens" inputMode="numeric" defaultValue={values.outputTokens} placeholder="not said" />
          </Field>
        </div>
        <Field label="Endpoint" error={errors.endpoint ?? null}>
          <Select
            name="endpoint"
            defaultValue={values.endpoint || 'any'}
            options={[
              { value: 'any', label: 'The usual one' },
              ...endpoints.map((endpoint) => ({ value: endpoint, label: endpointWords[endpoint] })),
            ]}
          />
        </Field>
        <Field label="Region" error={errors.region ?? null}>
          <Select
            name="region"
            defaultValue={values.region || 'any'}
            options={[any, ...regions.map((region) => ({ value: region, label: region }))]}
          />
        </Field>
        <Field label="From the address" help="Left out: rules about it are not asked." error={errors.address ?? null}>
          <Input name="address" mono defaultValue={values.address} placeholder="192.0.2.7" maxLength={45} />
        </Field>
        <Button type="submit" variant="primary">
          Try it
        </Button>
      </form>
    </Section>
  )
}
