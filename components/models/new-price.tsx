'use client'

import { useRouter } from 'next/navigation'
import { useState } from 'react'
import * as z from 'zod'
import { useSend } from '#components/admin/use-send.ts'
import { unitWords } from '#components/calls/unit-words.ts'
import { routeName, type Route } from '#components/models/route-words.ts'
import { callCost, type CallSize } from '#components/models/your-call.ts'
import { problemsByField } from '#components/query/api.ts'
import { ProblemNote } from '#components/query/problem-note.tsx'
import { Button } from '#components/ui/button.tsx'
import { DialogClose } from '#components/ui/dialog.tsx'
import { Field, FormProblems } from '#components/ui/field.tsx'
import { formatCallCost, formatDate, formatMinute, formatPrice, toNanos } from '#components/ui/format.ts'
import { Input } from '#components/ui/input.tsx'
import { Verdict } from '#components/ui/note.tsx'
import { MoneyInput } from '#components/ui/number-input.tsx'
import { Panel, PanelFoot } from '#components/ui/panel.tsx'
import { Segmented } from '#components/ui/radio-group.tsx'
import { Select } from '#components/ui/select.tsx'
import { units, type NanosPerMillion, type PriceView, type Unit } from '#lib/catalog/contract.ts'

type NewPriceProps = {
  readonly model: string
  readonly current: PriceView['usdPerMillion'] | null
  readonly routes: readonly Route[]
  /** Embeddings produce nothing that could have a price. */
  readonly produces: boolean
  /** The call whose cost is told before and after. */
  readonly size: CallSize
  readonly closeHref: string
}

type Prices = Partial<Record<Unit, string>>

/** A new version of the price of a model, or of one of its routes. What was charged stays charged; calls from its time on cost this. */
export function NewPrice({ model, current: ofModel, routes, produces, size, closeHref }: NewPriceProps) {
  const router = useRouter()
  const usual: readonly Unit[] = produces ? ['input', 'cached_read', 'output'] : ['input']
  const unitsOf = (from: Prices | null) => units.filter((unit) => usual.includes(unit) || from?.[unit] !== undefined)
  const [place, setPlace] = useState(everywhere)
  const [shown, setShown] = useState<readonly Unit[]>(unitsOf(ofModel))
  const [prices, setPrices] = useState<Prices>({ ...ofModel })
  const [when, setWhen] = useState<'now' | 'later'>('now')
  const [time, setTime] = useState('')
  const [source, setSource] = useState('')
  const { send, busy, problem } = useSend(z.unknown())
  const problems = problemsByField(problem)

  const costNow = (at: string) => routes.find(({ id }) => id === at)?.price?.usdPerMillion ?? ofModel
  const current = costNow(place)
  const given = Object.fromEntries(shown.flatMap((unit) => (prices[unit] ? [[unit, prices[unit]]] : [])))
  const fromMs = when === 'later' && time !== '' ? Date.parse(`${time}Z`) : null
  const ready = Object.keys(given).length > 0 && (when === 'now' || fromMs !== null)

  function choose(next: string) {
    setPlace(next)
    setShown(unitsOf(costNow(next)))
    setPrices({ ...costNow(next) })
  }

  async function submit() {
    if (!ready) return
    const done = await send(`/models/${encodeURIComponent(model)}/prices`, {
      body: {
        usdPerMillion: given,
        ...(place === everywhere ? {} : { deploymentId: place }),
        ...(fromMs === null ? {} : { effectiveFrom: new Date(fromMs).toISOString() }),
        ...(source.trim() ? { source: source.trim() } : {}),
      },
    })
    if (done) router.push(closeHref, { scroll: false })
  }

  return (
    <Panel
      title={`New price of ${model}`}
      closeHref={closeHref}
      foot={
        <PanelFoot
          verdict={
            <Verdict title={whenWords(when, fromMs)}>
              {costWords(size, current, given)} What was charged before stays charged.
            </Verdict>
          }
        >
          <DialogClose>
            <Button variant="quiet">Cancel</Button>
          </DialogClose>
          <Button type="submit" form="new-price" variant="primary" busy={busy} disabled={!ready}>
            Set price
          </Button>
        </PanelFoot>
      }
    >
      <form
        id="new-price"
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          void submit()
        }}
      >
        {routes.length > 0 ? (
          <Field label="For" help={placeWords(place, routes)} error={problems.get('deploymentId')?.message}>
            <Select
              value={place}
              onValueChange={choose}
              options={[
                { value: everywhere, label: 'All routes' },
                ...routes.map((route) => ({ value: route.id, label: routeName(route) })),
              ]}
            />
          </Field>
        ) : null}
        <Field
          label="US dollars per million"
          group
          help="Zero says that it is free. Leave out what the model does not have."
        >
          <div className="grid gap-3">
            {shown.map((unit) => (
              <Field
                key={unit}
                label={unitWords[unit]}
                meaning={current?.[unit] === undefined ? 'no price now' : `now ${formatPrice(current[unit])}`}
                error={problems.get(`usdPerMillion.${unit}`)?.message}
              >
                <MoneyInput
                  unit="$ / million"
                  value={prices[unit] ?? ''}
                  onValueChange={(value) => setPrices({ ...prices, [unit]: value })}
                />
              </Field>
            ))}
            {shown.length < units.length ? (
              <Select
                key={shown.length}
                aria-label="Price of something else"
                placeholder="Price something else"
                options={units
                  .filter((unit) => !shown.includes(unit))
                  .map((unit) => ({ value: unit, label: unitWords[unit] }))}
                onValueChange={(value) => setShown(units.filter((unit) => unit === value || shown.includes(unit)))}
              />
            ) : null}
          </div>
        </Field>
        <Field label="In force" group>
          <Segmented
            label="In force"
            value={when}
            onValueChange={setWhen}
            options={[
              { value: 'now', label: 'From now' },
              { value: 'later', label: 'From a time to come' },
            ]}
          />
        </Field>
        {when === 'later' ? (
          <Field label="From" meaning="UTC" error={problems.get('effectiveFrom')?.message}>
            <Input type="datetime-local" value={time} onChange={(event) => setTime(event.target.value)} />
          </Field>
        ) : null}
        <Field label="Source" meaning="where the figures come from" error={problems.get('source')?.message}>
          <Input
            value={source}
            maxLength={200}
            placeholder="Price list of 1 December"
            onChange={(event) => setSource(event.target.value)}
          />
        </Field>
        <FormProblems count={problems.size} />
        {problem && problems.size === 0 ? <ProblemNote error={problem} title="The price was not set." /> : null}
      </form>
    </Panel>
  )
}

const everywhere = 'all'

function placeWords(place: string, routes: readonly Route[]): string {
  if (place !== everywhere) return 'Calls that this route serves cost this, whatever the model costs elsewhere.'
  return routes.some(({ price }) => price) ? 'Routes with a price of their own keep it.' : 'Wherever a call is served.'
}

function whenWords(when: 'now' | 'later', fromMs: number | null): string {
  if (when === 'now') return 'In force on the next call'
  return fromMs === null ? 'Choose when it begins' : `In force from ${formatDate(fromMs)}, ${formatMinute(fromMs)} UTC`
}

function costWords(size: CallSize, current: Prices | null, given: Prices): string {
  const before = callCost(size, current ? nanos(current) : null)
  const after = callCost(size, nanos(given))
  if (after === null) return 'A call has no cost until what it uses has a price.'
  return before === null || before === after
    ? `Your call costs ${formatCallCost(after)}.`
    : `Your call costs ${formatCallCost(after)} instead of ${formatCallCost(before)}.`
}

function nanos(prices: Prices): NanosPerMillion {
  return Object.fromEntries(Object.entries(prices).map(([unit, usd]) => [unit, Number(toNanos(usd))]))
}
