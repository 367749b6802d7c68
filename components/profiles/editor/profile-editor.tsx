'use client'

import { useRef, useState, type ReactNode } from 'react'
import { changeWords } from '#components/profiles/change-words.ts'
import { parts, type Part } from '#components/profiles/profile-fields.ts'
import { readDraft } from '#components/profiles/draft.ts'
import { ApprovalPart } from '#components/profiles/editor/approval-part.tsx'
import { BudgetPart } from '#components/profiles/editor/budget-part.tsx'
import { EndpointsPart, RoutesPart } from '#components/profiles/editor/catalogue-parts.tsx'
import { CallersPart, ToolsPart } from '#components/profiles/editor/callers-part.tsx'
import { ConflictDialog } from '#components/profiles/editor/conflict-dialog.tsx'
import { DegradedPart } from '#components/profiles/editor/degraded-part.tsx'
import { KeysPart } from '#components/profiles/editor/keys-part.tsx'
import { LimitsPart } from '#components/profiles/editor/limits-part.tsx'
import { ModelsPart, type ModelOption } from '#components/profiles/editor/models-part.tsx'
import { PartsNav } from '#components/profiles/editor/parts-nav.tsx'
import { PreviewPart } from '#components/profiles/editor/preview-part.tsx'
import { PricesPart } from '#components/profiles/editor/prices-part.tsx'
import { ReviewDialog } from '#components/profiles/editor/review-dialog.tsx'
import { usePreview } from '#components/profiles/editor/use-preview.ts'
import { useLeavingAsks } from '#components/profiles/editor/use-leaving-asks.ts'
import { useProfileForm } from '#components/profiles/editor/use-profile-form.ts'
import { Button } from '#components/ui/button.tsx'
import { Field, FormProblems } from '#components/ui/field.tsx'
import { useHotkey } from '#components/ui/hotkeys.ts'
import { Textarea } from '#components/ui/input.tsx'
import { LinkButton } from '#components/ui/link.tsx'
import { SaveBar } from '#components/ui/save-bar.tsx'
import { Section } from '#components/ui/section.tsx'
import type { Endpoint } from '#lib/catalog/contract.ts'
import type { ProfileView } from '#lib/policy/contract.ts'

type ProfileEditorProps = {
  readonly profile: ProfileView
  readonly models: readonly ModelOption[]
  readonly providers: readonly string[]
  readonly regions: readonly string[]
  readonly endpoints: readonly Endpoint[]
  /** Readers see the same form, with nothing to change. */
  readonly mayWrite: boolean
  /** Which groups lead here: changed by itself, at once. */
  readonly groups: ReactNode
  /** At the right: whom the profile reaches. */
  readonly rail: ReactNode
}

const shownParts = [
  'groups',
  'limits',
  'budget',
  'models',
  'prices',
  'routes',
  'endpoints',
  'tools',
  'callers',
  'keys',
  'approval',
  'degraded',
  'about',
] as const satisfies readonly Part[]

/** The parts of a profile as one form over the version in force. */
export function ProfileEditor({
  profile,
  models,
  providers,
  regions,
  endpoints,
  mayWrite,
  groups,
  rail,
}: ProfileEditorProps) {
  const form = useProfileForm(profile)
  const [reviews, setReviews] = useState(false)
  const changes = changeWords(form.base, form.draft)
  useLeavingAsks(changes.length > 0)
  // A draft that contradicts itself is not counted; the form says what is wrong when it is reviewed.
  const draftPolicy = mayWrite && changes.length > 0 ? readDraft(form.draft).policy : null
  const { preview, error: previewError } = usePreview(profile.id, draftPolicy)

  const fieldset = useRef<HTMLFieldSetElement>(null)

  function review() {
    if (form.check()) setReviews(true)
    // The errors are drawn by then.
    else requestAnimationFrame(() => fieldset.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus())
  }
  useHotkey('mod+s', 'Review and apply', () => (changes.length > 0 ? review() : undefined), { disabled: !mayWrite })

  return (
    <>
      <div className="flex min-h-0 flex-1 phone:block">
        <PartsNav shown={shownParts} changed={new Set(changes.map(({ part }) => part))} />
        <div className="min-h-0 min-w-0 flex-1 overflow-y-auto phone:overflow-visible">
          <div className="grid grid-cols-[minmax(0,1fr)_20rem] stacked:grid-cols-[minmax(0,1fr)] [&>*]:min-w-0">
            <div className="max-w-208 px-(--gutter) py-5 phone:px-4">
              {groups}
              <fieldset ref={fieldset} disabled={!mayWrite} className="mt-6 min-w-0 border-t border-line pt-6">
                <LimitsPart form={form} />
                <BudgetPart form={form} />
                <ModelsPart form={form} models={models} />
                <PricesPart form={form} />
                <RoutesPart form={form} providers={providers} regions={regions} />
                <EndpointsPart form={form} served={endpoints} />
                <ToolsPart form={form} />
                <CallersPart form={form} />
                <KeysPart form={form} />
                <ApprovalPart form={form} />
                <DegradedPart form={form} />
                <Section id="about" title={parts.about} className="scroll-mt-4">
                  <Field
                    label="Description"
                    help="Whom it is for, and what it allows."
                    error={form.errors.get('description')}
                    className="max-w-xl"
                  >
                    <Textarea
                      value={form.draft.description}
                      maxLength={500}
                      onChange={(event) => form.set('description', event.target.value)}
                    />
                  </Field>
                </Section>
              </fieldset>
            </div>
            <div className="border-l border-line px-5 py-5 stacked:border-t stacked:border-l-0 stacked:px-(--gutter) phone:px-4">
              <div className="sticky top-5 max-h-[calc(100dvh-11rem)] overflow-y-auto stacked:static stacked:max-h-none">
                {mayWrite ? (
                  <PreviewPart preview={preview} hasDraft={draftPolicy !== null} failed={previewError !== null} />
                ) : null}
                {rail}
              </div>
            </div>
          </div>
        </div>
      </div>
      <SaveBar
        changes={changes.length}
        since={`version ${form.inForce.version}`}
        review={<LinkButton onClick={review}>Review</LinkButton>}
      >
        <FormProblems count={form.errors.size} />
        <Button variant="quiet" onClick={form.discard}>
          Discard
        </Button>
        <Button variant="primary" onClick={review} busy={form.busy}>
          Apply as version {form.inForce.version + 1}
        </Button>
      </SaveBar>
      {form.conflict ? (
        <ConflictDialog
          conflict={form.conflict}
          base={form.base}
          mine={form.draft}
          onResolve={(how) => {
            setReviews(false)
            form.resolve(how)
          }}
        />
      ) : (
        <ReviewDialog
          open={reviews && changes.length > 0}
          onOpenChange={setReviews}
          name={profile.name}
          version={form.inForce.version}
          keys={profile.keys}
          changes={changes}
          preview={preview}
          busy={form.busy}
          problem={form.problem}
          onApply={() => void form.apply().then((done) => (done ? setReviews(false) : undefined))}
        />
      )}
    </>
  )
}
