'use client'

import { useState } from 'react'
import { Button } from '#components/ui/button.tsx'
import { CheckRow } from '#components/ui/checkbox.tsx'
import { Field } from '#components/ui/field.tsx'
import { Icon } from '#components/ui/icon.tsx'
import { Input } from '#components/ui/input.tsx'
import { Kbd } from '#components/ui/kbd.tsx'
import { ConfirmPopover, Effects } from '#components/ui/popover.tsx'
import { Segmented } from '#components/ui/radio-group.tsx'

export function GalleryPeriod() {
  const [period, setPeriod] = useState<'day' | 'week' | 'month'>('month')
  return (
    <Segmented
      label="Period"
      size="small"
      value={period}
      onValueChange={setPeriod}
      options={[
        { value: 'day', label: '24 h' },
        { value: 'week', label: '7 d' },
        { value: 'month', label: 'November' },
      ]}
    />
  )
}

export function QuarantineExample() {
  const [open, setOpen] = useState(false)
  const [lift, setLift] = useState<'never' | 'hour' | 'tomorrow'>('never')
  return (
    <ConfirmPopover
      open={open}
      onOpenChange={setOpen}
      trigger={
        <Button variant="quarantine" icon="halt">
          Quarantine
        </Button>
      }
      icon={<Icon name="halt" className="text-quar-ink" />}
      title="Quarantine support-triage-agent?"
      description="It sent the same call 96 times in 10 minutes, for $6.18."
      hint={
        <>
          <Kbd>Esc</Kbd> to keep it running
        </>
      }
      actions={
        <>
          <Button variant="quiet" onClick={() => setOpen(false)}>
            Cancel
          </Button>
          <Button variant="quarantine-solid" icon="halt" onClick={() => setOpen(false)}>
            Quarantine now
          </Button>
        </>
      }
    >
      <Effects
        items={[
          {
            icon: <Icon name="ban" />,
            text: (
              <>
                Its <b>2 keys</b> are refused within 1 s, with 403 key_quarantined
              </>
            ),
          },
          {
            icon: <Icon name="play" />,
            text: (
              <>
                <b>3 running streams</b> finish, held money $0.94 is settled
              </>
            ),
          },
          { icon: <Icon name="users" />, text: 'Nobody else is affected. Priya Raman is told now' },
        ]}
      />
      <Field label="Why" meaning="goes to the owner and the audit log">
        <Input placeholder="Loops on a refund" />
      </Field>
      <div className="flex items-center gap-3">
        <span className="font-medium whitespace-nowrap">Lift by itself</span>
        <Segmented
          label="Lift by itself"
          wide
          value={lift}
          onValueChange={setLift}
          options={[
            { value: 'never', label: 'Never' },
            { value: 'hour', label: '1 h' },
            { value: 'tomorrow', label: 'Tomorrow' },
          ]}
        />
      </div>
      <CheckRow>Cut the running streams as well</CheckRow>
    </ConfirmPopover>
  )
}
