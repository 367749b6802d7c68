import NextLink from 'next/link'
import type { ReactNode } from 'react'
import { FailClosedStrip, GatewayLine, type GatewayState } from '#components/shell/gateway-line.tsx'
import { actionsFor, navigation, withCounts, type NavigationGroup } from '#components/shell/navigation.ts'
import { PaletteButton } from '#components/shell/palette-button.tsx'
import { Palette } from '#components/shell/palette.tsx'
import { PersonMenu } from '#components/shell/person-menu.tsx'
import { PhoneMenu } from '#components/shell/phone-menu.tsx'
import { ShellControlsProvider } from '#components/shell/shell-controls.tsx'
import { Shortcuts } from '#components/shell/shortcuts-dialog.tsx'
import { SideNav } from '#components/shell/side-nav.tsx'
import { describeViewer, type Viewer } from '#components/shell/viewer.ts'
import { Mark } from '#components/ui/mark.tsx'

export type ShellProps = {
  readonly viewer: Viewer
  readonly gateway?: GatewayState | null
  /** Left out, it follows from the viewer's roles. */
  readonly groups?: readonly NavigationGroup[]
  readonly children: ReactNode
}

/** The frame around every page of the portal: navigation at the left, the page on its sheet. */
export function Shell({ viewer, gateway, groups = groupsOf(viewer), children }: ShellProps) {
  const foot = (
    <div className="grid flex-none gap-0.5">
      {gateway ? <GatewayLine gateway={gateway} /> : null}
      <PersonMenu name={viewer.name} email={viewer.email} description={describeViewer(viewer)} />
    </div>
  )
  return (
    <ShellControlsProvider preferences={viewer.preferences ?? {}}>
      <a
        href="#main"
        className="fixed top-2 left-2 z-(--z-toast) -translate-y-16 rounded-2 bg-ink px-3 py-2 font-medium text-surface focus:translate-y-0"
      >
        Skip to content
      </a>
      <div className="grid h-dvh grid-cols-[var(--sidebar)_minmax(0,1fr)] slim:grid-cols-[3.5rem_minmax(0,1fr)] phone:block phone:h-auto desk:[[data-side=hidden]_&]:grid-cols-[0.5rem_minmax(0,1fr)]">
        <aside
          aria-label="Main navigation"
          className="flex min-h-0 flex-col gap-2 p-2 phone:hidden desk:[[data-side=hidden]_&]:invisible desk:[[data-side=hidden]_&]:overflow-hidden desk:[[data-side=hidden]_&]:p-0"
        >
          <Organisation name={viewer.organisation} />
          <PaletteButton />
          <SideNav groups={groups} />
          {foot}
        </aside>
        <main
          id="main"
          tabIndex={-1}
          className="relative my-2 mr-2 flex h-[calc(100dvh-1rem)] min-h-0 min-w-0 flex-col overflow-hidden rounded-4 bg-surface shadow-[0_0_0_1px_var(--line),var(--shadow-1)] outline-none phone:m-0 phone:h-auto phone:min-h-dvh phone:overflow-x-clip phone:overflow-y-visible phone:rounded-none phone:shadow-none"
        >
          {gateway ? <FailClosedStrip gateway={gateway} /> : null}
          {children}
        </main>
      </div>
      <Palette groups={groups} actions={actionsFor(viewer.roles)} />
      <Shortcuts groups={groups} />
      <PhoneMenu title={viewer.organisation} groups={groups} foot={foot} />
    </ShellControlsProvider>
  )
}

function groupsOf({ roles, leadOf, waiting = {} }: Viewer): readonly NavigationGroup[] {
  return withCounts(navigation(roles, leadOf), waiting)
}

/** Whose portal this is. It becomes a switch once there is more than one scope to switch to. */
function Organisation({ name }: { readonly name: string }) {
  return (
    <NextLink
      prefetch={false}
      href="/"
      title={name}
      className="flex h-9 flex-none items-center gap-2 rounded-2 px-2 hover:bg-hover slim:justify-center slim:px-0"
    >
      <Mark />
      <b className="min-w-0 flex-1 truncate font-semibold tracking-[-0.005em] slim:sr-only">{name}</b>
    </NextLink>
  )
}
