'use client'

import { cuts, cutWords, type Cut } from '#components/showback/showback-query.ts'
import { useHotkey } from '#components/ui/hotkeys.ts'
import { useQueryChange } from '#components/ui/query.ts'
import { Segmented } from '#components/ui/radio-group.tsx'

/** What the table is cut by; `1` to `6` choose too. */
export function CutSwitch({ by }: { readonly by: Cut }) {
  const { go } = useQueryChange()
  const choose = (cut: Cut) => go({ by: cut === 'cost_centre' ? null : cut, rows: null })
  useHotkey('1', `By ${cutWords[cuts[0]].one}`, () => choose(cuts[0]))
  useHotkey('2', `By ${cutWords[cuts[1]].one}`, () => choose(cuts[1]))
  useHotkey('3', `By ${cutWords[cuts[2]].one}`, () => choose(cuts[2]))
  useHotkey('4', `By ${cutWords[cuts[3]].one}`, () => choose(cuts[3]))
  useHotkey('5', `By ${cutWords[cuts[4]].one}`, () => choose(cuts[4]))
  useHotkey('6', `By ${cutWords[cuts[5]].one}`, () => choose(cuts[5]))
  return (
    <>
      <span className="text-ink-3">By</span>
      <Segmented
        label="By"
        className="flex-none"
        value={by}
        onValueChange={choose}
        options={cuts.map((cut) => ({ value: cut, label: cutWords[cut].label }))}
      />
    </>
  )
}
