// The name of the house.

export function Mark({ size = 28 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false" class="mark">
      <rect width="32" height="32" rx="9" />
      <path d="M8 24V13l8-6 8 6v11" />
      <circle cx="16" cy="19" r="3.6" />
    </svg>
  );
}

export function Brand() {
  return (
    <span class="brand">
      <Mark />
      <span>Livehouse</span>
    </span>
  );
}
