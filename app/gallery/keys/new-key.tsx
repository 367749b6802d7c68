'use client'

import { useState } from 'react'
import { Button } from '#components/ui/button.tsx'
import { CheckRow } from '#components/ui/checkbox.tsx'
import { DialogClose } from '#components/ui/dialog.tsx'
import { Field } from '#components/ui/field.tsx'
import { formatLimitMoney, toNanos } from '#components/ui/format.ts'
import { GuardrailRow } from '#components/ui/guardrail-row.tsx'
import { Input } from '#components/ui/input.tsx'
import { Link } from '#components/ui/link.tsx'
import { Verdict } from '#components/ui/note.tsx'
import { MoneyInput, NumberInput } from '#components/ui/number-input.tsx'
import { Panel, PanelFoot } from '#components/ui/panel.tsx'
import { Segmented, Tiles } from '#components/ui/radio-group.tsx'
import { Select } from '#components/ui/select.tsx'
import { ToggleChips } from '#components/ui/toggle-chips.tsx'

const limits = [
  { id: 'rpm', name: 'Requests a minute', unit: '/min', fallback: 60, maximum: 150 },
  { id: 'tpm', name: 'Tokens a minute', unit: '/min', fallback: 100_000, maximum: 200_000 },
  { id: 'concurrency', name: 'Calls at once', unit: '', fallback: 4, maximum: 12 },
] as const

export function NewKeyPanel() {
  const [environment, setEnvironment] = useState<'dev' | 'test' | 'prod'>('test')
  const [kind, setKind] = useState<'personal' | 'team' | 'app' | 'agent' | 'service' | 'ci'>('agent')
  const [models, setModels] = useState<readonly string[]>(['claude-haiku-4-5', 'gpt-4o-mini'])
  const [values, setValues] = useState<Record<string, string>>({ rpm: '60', tpm: '150000', concurrency: '4' })
  const [spend, setSpend] = useState('120')
  const beyond = toNanos(spend || '0') - toNanos('80')
  return (
    <Panel
      title="New key"
      closeHref="/gallery/keys"
      foot={
        <PanelFoot
          verdict={
            beyond > 0n ? (
              <Verdict
                tone="warn"
                icon="clock"
                title={`Ready now with $80, and ${formatLimitMoney(spend)} once approved`}
              >
                Spend above $80 goes to Priya Raman, lead of Support tools. She answers in 3 hours on median.
              </Verdict>
            ) : (
              <Verdict title="Ready at once">Nobody is asked. It ends by itself on 16 Feb 2027.</Verdict>
            )
          }
          start={beyond > 0n ? <CheckRow defaultChecked>Start with $80 while I wait</CheckRow> : null}
        >
          <DialogClose>
            <Button variant="quiet">Cancel</Button>
          </DialogClose>
          <Button variant="primary">
            {beyond > 0n ? `Create key and ask for ${formatLimitMoney(spend)}` : 'Create key'}
          </Button>
        </PanelFoot>
      }
    >
      <div className="grid grid-cols-[1.3fr_1fr] gap-4 phone:grid-cols-1">
        <Field label="Name">
          <Input defaultValue="returns-agent" />
        </Field>
        <Field
          label="Environment"
          group
          help={
            <>
              prod needs the Production profile. <Link href="/gallery/keys">Ask</Link>
            </>
          }
        >
          <Segmented
            label="Environment"
            wide
            value={environment}
            onValueChange={setEnvironment}
            options={[
              { value: 'dev', label: 'dev' },
              { value: 'test', label: 'test' },
              { value: 'prod', label: 'prod', mark: 'lock' },
            ]}
          />
        </Field>
      </div>
      <Field label="Who calls with it" group meaning="Personal keys are for people, the rest for programs">
        <Tiles
          label="Who calls with it"
          value={kind}
          onValueChange={setKind}
          options={[
            { value: 'personal', label: 'Personal', icon: 'user' },
            { value: 'team', label: 'Team', icon: 'users' },
            { value: 'app', label: 'App', icon: 'app' },
            { value: 'agent', label: 'Agent', icon: 'bot' },
            { value: 'service', label: 'Service', icon: 'cog' },
            { value: 'ci', label: 'CI', icon: 'branch' },
          ]}
        />
      </Field>
      <div className="grid grid-cols-2 gap-4 phone:grid-cols-1">
        <Field label="Project">
          <Select
            defaultValue="returns"
            options={[
              { value: 'returns', label: 'Returns desk', beside: 'Support tools' },
              { value: 'triage', label: 'Triage', beside: 'Support tools' },
            ]}
          />
        </Field>
        <Field label="Profile">
          <Select
            defaultValue="experiment"
            options={[
              { value: 'experiment', label: 'Experiment', beside: 'for agents in test' },
              { value: 'restricted', label: 'Restricted' },
            ]}
          />
        </Field>
      </div>
      <Field
        label="Models"
        group
        meaning={`${models.length} chosen of 14 you may use`}
        help="A locked one needs approval by the platform team. Fewer models make a key safer to lose."
      >
        <ToggleChips
          label="Models"
          mono
          values={models}
          onValuesChange={setModels}
          options={[
            { value: 'claude-haiku-4-5', label: 'claude-haiku-4-5' },
            { value: 'gpt-4o-mini', label: 'gpt-4o-mini' },
            { value: 'gemini-2.5-flash', label: 'gemini-2.5-flash' },
            { value: 'gpt-4o', label: 'gpt-4o' },
            { value: 'claude-sonnet-4-5', label: 'claude-sonnet-4-5' },
            { value: 'claude-opus-4-1', label: 'claude-opus-4-1', needsApproval: true },
          ]}
        />
      </Field>
      <Field label="Limits" group meaning="Tick: default. Hatched: needs approval">
        <div>
          {limits.map((limit) => (
            <GuardrailRow
              key={limit.id}
              name={limit.name}
              bounds={`Default ${limit.fallback.toLocaleString('en')}, up to ${limit.maximum.toLocaleString('en')}`}
              scale={{ value: Number(values[limit.id]), fallback: limit.fallback, maximum: limit.maximum }}
            >
              {(aria) => (
                <NumberInput
                  {...aria}
                  unit={limit.unit}
                  value={values[limit.id] ?? ''}
                  onValueChange={(value) => setValues({ ...values, [limit.id]: value })}
                  tone={Number(values[limit.id]) > limit.maximum ? 'ask' : 'none'}
                />
              )}
            </GuardrailRow>
          ))}
          <GuardrailRow
            name="Spend"
            bounds="Default $50, up to $80"
            scale={{ value: Number(spend || '0'), fallback: 50, maximum: 80 }}
            beyond={beyond > 0n ? `${formatLimitMoney(beyond)} over what needs no approval` : null}
          >
            {(aria) => (
              <MoneyInput
                {...aria}
                unit="$ / month"
                value={spend}
                onValueChange={setSpend}
                tone={beyond > 0n ? 'ask' : 'none'}
              />
            )}
          </GuardrailRow>
        </div>
      </Field>
    </Panel>
  )
}
