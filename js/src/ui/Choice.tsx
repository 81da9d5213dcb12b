/** One of several values, by the browser's own list. */

interface ChoiceProps<Value extends string> {
  label: string;
  value: Value;
  options: readonly [Value, string][];
  onChange: (value: Value) => void;
  disabled?: boolean;
  /** The id of what says more. */
  describedBy?: string | undefined;
}

export function Choice<Value extends string>({
  label,
  value,
  options,
  onChange,
  disabled = false,
  describedBy,
}: ChoiceProps<Value>) {
  return (
    <select
      className="jrt-choice"
      aria-label={label}
      aria-describedby={describedBy}
      title={disabled ? undefined : label}
      disabled={disabled}
      value={value}
      onChange={event => onChange(event.currentTarget.value as Value)}
    >
      {options.map(([name, words]) => (
        <option key={name} value={name}>
          {words}
        </option>
      ))}
    </select>
  );
}
