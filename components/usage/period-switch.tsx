'use client'

import { useState } from 'react'
import { Button } from '#components/ui/button.tsx'
import { Dialog, DialogClose } from '#components/ui/dialog.tsx'
import { Field } from '#components/ui/field.tsx'
import { Input } from '#components/ui/input.tsx'
import { Menu, MenuChoice, MenuContent, MenuItem, MenuSeparator, MenuTrigger } from '#components/ui/menu.tsx'
import { useQueryChange } from '#components/ui/query.ts'
import { presetLabels, presets, type Preset } from '#components/usage/period.ts'

type PeriodSwitchProps = {
  readonly preset: Preset | null
  /** "November 2026": what the page shows. */
  readonly label: string
  /** First and last day, as `2026-11-03`. */
  readonly from: string
  readonly to: string
}

const options = presets.map((value) => ({ value, label: presetLabels[value] }))

/** The span of time of the page, in the address: a preset that moves with the clock, or two days. */
export function PeriodSwitch({ preset, label, from, to }: PeriodSwitchProps) {
  const { go, isPending } = useQueryChange()
  const [choosing, setChoosing] = useState(false)
  return (
    <>
      <Menu>
        <MenuTrigger asChild>
          <Button variant="quiet" icon="calendar" iconEnd="down" aria-busy={isPending} className="font-normal">
            {label}
          </Button>
        </MenuTrigger>
        <MenuContent>
          <MenuChoice<Preset | 'days'>
            value={preset ?? 'days'}
            options={options}
            onValueChange={(next) => go({ period: next === 'month' ? null : next, from: null, to: null })}
          />
          <MenuSeparator />
          <MenuItem icon="calendar" onSelect={() => setChoosing(true)}>
            Other days…
          </MenuItem>
        </MenuContent>
      </Menu>
      <DaysDialog
        key={`${from} ${to}`}
        open={choosing}
        onOpenChange={setChoosing}
        from={from}
        to={to}
        onApply={(days) => {
          setChoosing(false)
          go({ period: null, ...days })
        }}
      />
    </>
  )
}

type DaysDialogProps = {
  readonly open: boolean
  readonly onOpenChange: (open: boolean) => void
  readonly from: string
  readonly to: string
  readonly onApply: (days: { readonly from: string; readonly to: string }) => void
}

function DaysDialog({ open, onOpenChange, from, to, onApply }: DaysDialogProps) {
  const [first, setFirst] = useState(from)
  const [last, setLast] = useState(to)
  const backwards = first !== '' && last !== '' && last < first
  const ready = first !== '' && last !== '' && !backwards
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="Other days"
      description="Whole days in UTC, the last one included."
      foot={
        <>
          <DialogClose>
            <Button variant="quiet">Cancel</Button>
          </DialogClose>
          <Button type="submit" form="other-days" variant="primary" disabled={!ready}>
            Show these days
          </Button>
        </>
      }
    >
      <form
        id="other-days"
        className="grid grid-cols-2 gap-4 phone:grid-cols-1"
        onSubmit={(event) => {
          event.preventDefault()
          if (ready) onApply({ from: first, to: last })
        }}
      >
        <Field label="From">
          <Input type="date" value={first} onChange={(event) => setFirst(event.target.value)} />
        </Field>
        <Field label="To" error={backwards ? 'Choose a later day.' : null}>
          <Input type="date" value={last} onChange={(event) => setLast(event.target.value)} />
        </Field>
      </form>
    </Dialog>
  )
}
