'use client'

import { useState } from 'react'
import { Button } from '#components/ui/button.tsx'
import { CheckRow } from '#components/ui/checkbox.tsx'
import { Combobox } from '#components/ui/combobox.tsx'
import { Dialog, DialogClose } from '#components/ui/dialog.tsx'
import { Field, FormProblems } from '#components/ui/field.tsx'
import { Icon } from '#components/ui/icon.tsx'
import { Input, Textarea } from '#components/ui/input.tsx'
import { Menu, MenuContent, MenuItem, MenuSeparator, MenuTrigger } from '#components/ui/menu.tsx'
import { MoneyInput, NumberInput } from '#components/ui/number-input.tsx'
import { Radio, RadioGroup } from '#components/ui/radio-group.tsx'
import { Section } from '#components/ui/section.tsx'
import { Select } from '#components/ui/select.tsx'
import { Switch } from '#components/ui/switch.tsx'
import { Tab, TabList, TabPanel, Tabs } from '#components/ui/tabs.tsx'
import { toast } from '#components/ui/toaster.tsx'
import { Tooltip } from '#components/ui/tooltip.tsx'

const teams = [
  'Search',
  'Data platform',
  'Support tools',
  'Payments',
  'Growth',
  'Mobile',
  'Security',
  'Finance operations',
].map((label) => ({
  value: label,
  label,
}))

export function GalleryForms() {
  const [amount, setAmount] = useState('120')
  const [count, setCount] = useState('150000')
  const [team, setTeam] = useState('Search')
  return (
    <Section title="Form">
      <form className="grid max-w-3xl grid-cols-3 gap-4 phone:grid-cols-1" onSubmit={(event) => event.preventDefault()}>
        <Field label="Name" meaning="in team Search" help="Lower case, digits and dashes">
          <Input defaultValue="returns-agent" />
        </Field>
        <Field label="Name" error="Name is taken in team Search. Try returns-agent-2.">
          <Input defaultValue="returns-agent" />
        </Field>
        <Field label="Budget" warning="$40 over what needs no approval">
          <MoneyInput value={amount} onValueChange={setAmount} unit="$ / month" tone="ask" />
        </Field>
        <Field label="Tokens a minute">
          <NumberInput value={count} onValueChange={setCount} unit="/min" step={1000} />
        </Field>
        <Field label="Profile">
          <Select
            defaultValue="experiment"
            options={[
              { value: 'experiment', label: 'Experiment', beside: 'for agents in test' },
              { value: 'production', label: 'Production' },
              { value: 'restricted', label: 'Restricted', disabled: true },
            ]}
          />
        </Field>
        <Field label="Team">
          <Combobox options={teams} value={team} onValueChange={setTeam} find="Find a team" />
        </Field>
        <Field label="Address" help="Read from the deployment">
          <Input disabled defaultValue="https://ai.fernhill.example" lead={<Icon name="globe" size={14} />} />
        </Field>
        <Field label="Why" meaning="goes to the owner" className="col-span-2 phone:col-span-1">
          <Textarea placeholder="What it is for" />
        </Field>
        <Field label="Posture" group>
          <RadioGroup defaultValue="hard">
            <Radio value="hard" help="Refuse at 100 %">
              Hard
            </Radio>
            <Radio value="soft" help="Alert only">
              Soft
            </Radio>
          </RadioGroup>
        </Field>
        <div className="grid content-start gap-2">
          <CheckRow defaultChecked help="In their language">
            Tell the 7 people
          </CheckRow>
          <CheckRow>Cut the running streams as well</CheckRow>
          <Switch defaultChecked>Follow new entries</Switch>
        </div>
        <FormProblems count={1} />
      </form>
    </Section>
  )
}

export function GalleryOverlays() {
  return (
    <Section title="Over the page">
      <div className="flex flex-wrap items-center gap-2">
        <Dialog
          trigger={<Button>Dialog</Button>}
          title="Rotating makes a new secret"
          description="The key was not copied. Nobody can show it again, us included."
          foot={
            <>
              <DialogClose>
                <Button variant="quiet">Go back and copy</Button>
              </DialogClose>
              <DialogClose>
                <Button variant="primary">Close without copying</Button>
              </DialogClose>
            </>
          }
        />
        <Menu>
          <MenuTrigger asChild>
            <Button iconEnd="down">Export</Button>
          </MenuTrigger>
          <MenuContent>
            <MenuItem icon="download">CSV</MenuItem>
            <MenuItem icon="download">FOCUS</MenuItem>
            <MenuSeparator />
            <MenuItem icon="trash" tone="bad">
              Delete
            </MenuItem>
          </MenuContent>
        </Menu>
        <Button onClick={() => toast({ text: 'Suspended 3 keys.', undo: () => {} })}>Toast</Button>
        <Tooltip content="Counted at 14:31:40 UTC">
          <Button variant="quiet">Tooltip</Button>
        </Tooltip>
      </div>
      <Tabs defaultValue="members">
        <TabList aria-label="Team">
          <Tab value="members">Members</Tab>
          <Tab value="budget">Budget</Tab>
        </TabList>
        <TabPanel value="members" className="py-3">
          12 people
        </TabPanel>
        <TabPanel value="budget" className="py-3">
          $6,000 a month
        </TabPanel>
      </Tabs>
    </Section>
  )
}
