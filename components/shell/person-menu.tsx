'use client'

import { signOut } from '#components/shell/sign-out.ts'
import { useShell, useThemeChoice } from '#components/shell/shell-controls.tsx'
import { buttonStyle } from '#components/ui/button.tsx'
import { cn } from '#components/ui/cn.ts'
import { Icon } from '#components/ui/icon.tsx'
import {
  Menu,
  MenuCheck,
  MenuChoice,
  MenuContent,
  MenuItem,
  MenuLabel,
  MenuSeparator,
  MenuTrigger,
} from '#components/ui/menu.tsx'
import { Avatar } from '#components/ui/person.tsx'
import { toast } from '#components/ui/toaster.tsx'

type PersonMenuProps = { readonly name: string; readonly email: string; readonly description: string }

/** The person at the foot of the navigation: theme, density, shortcuts, sign out. */
export function PersonMenu({ name, email, description }: PersonMenuProps) {
  const { preferences, prefer, setOpen } = useShell()
  const [theme, setTheme] = useThemeChoice()
  return (
    <div className="flex items-center gap-1">
      <Menu>
        <MenuTrigger className="flex min-w-0 flex-1 items-center gap-2 rounded-2 px-2 py-1 text-left hover:bg-hover aria-expanded:bg-hover slim:justify-center slim:px-0">
          <Avatar name={name} />
          <span className="grid min-w-0 leading-4 slim:sr-only">
            <b className="truncate">{name}</b>
            <small className="truncate text-ink-3">{description}</small>
          </span>
        </MenuTrigger>
        <MenuContent align="start" side="top" className="w-60">
          <p className="truncate px-2 pt-1.5 pb-1 text-xs text-ink-3">{email}</p>
          <MenuSeparator />
          <MenuLabel>Theme</MenuLabel>
          <MenuChoice
            value={theme}
            onValueChange={setTheme}
            options={[
              { value: 'light', label: 'Light', icon: 'sun' },
              { value: 'dark', label: 'Dark', icon: 'moon' },
              { value: 'system', label: 'As my system', icon: 'settings' },
            ]}
          />
          <MenuSeparator />
          <MenuLabel>Density</MenuLabel>
          <MenuChoice
            value={preferences.density ?? 'comfortable'}
            onValueChange={(density) => prefer({ density })}
            options={[
              { value: 'comfortable', label: 'Comfortable' },
              { value: 'compact', label: 'Compact' },
            ]}
          />
          <MenuSeparator />
          <MenuCheck
            checked={preferences.shortcuts !== 'off'}
            onCheckedChange={(on) => prefer({ shortcuts: on ? 'on' : 'off' })}
          >
            Single-letter keys
          </MenuCheck>
          <MenuItem kbd="?" onSelect={() => setOpen('shortcuts')}>
            All shortcuts
          </MenuItem>
          <MenuSeparator />
          <MenuItem
            onSelect={() => {
              signOut().catch(() => toast({ text: 'You are still signed in: the portal did not answer.' }))
            }}
          >
            Sign out
          </MenuItem>
        </MenuContent>
      </Menu>
      <ThemeButton />
    </div>
  )
}

/** Light to dark and back. Which icon shows is the style sheet's work, so the first paint is right. */
export function ThemeButton({ className }: { readonly className?: string }) {
  const [, setTheme, shown] = useThemeChoice()
  return (
    <button
      type="button"
      aria-label="Switch between light and dark"
      title="Switch between light and dark"
      onClick={() => setTheme(shown === 'dark' ? 'light' : 'dark')}
      className={cn(buttonStyle({ variant: 'quiet', only: true }), 'slim:hidden', className)}
    >
      <Icon name="moon" className="dark:hidden" />
      <Icon name="sun" className="hidden dark:block" />
    </button>
  )
}
