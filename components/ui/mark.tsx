/** The product's mark. Beside the name it is decoration; alone it takes a label. */
export function Mark({ size = 20, label }: { readonly size?: number; readonly label?: string }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 20 20"
      className="flex-none"
      {...(label ? { role: 'img', 'aria-label': label } : { 'aria-hidden': true })}
    >
      <rect width="20" height="20" rx="5" fill="var(--accent)" />
      <path
        d="M5.25 15.25V9a4.75 4.75 0 0 1 9.5 0v6.25"
        fill="none"
        stroke="#fff"
        strokeWidth="1.7"
        strokeLinecap="round"
      />
      <circle cx="10" cy="9.75" r="1.5" fill="#fff" />
      <path d="M10 10.5v4.75" stroke="#fff" strokeWidth="1.7" strokeLinecap="round" />
    </svg>
  )
}
