// Choosing: yes or no, one of a few, somewhere between two ends.

import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

/** Yes or no, at once. */
export function Switch(props: {
  label: string;
  on: boolean;
  onChange: (on: boolean) => void;
  disabled?: boolean;
}) {
  return (
    <label class="switch">
      <span>{props.label}</span>
      <input
        type="checkbox"
        role="switch"
        checked={props.on}
        aria-checked={props.on}
        disabled={props.disabled === true}
        onChange={(event) => props.onChange(event.currentTarget.checked)}
      />
    </label>
  );
}

/** One of a few, all in sight. Arrow keys move, as in every group of radio buttons. */
export function Segments<T extends string>(props: {
  label: string;
  value: T;
  options: readonly { value: T; name: ComponentChildren; says?: string }[];
  onChange: (value: T) => void;
  /** Whether the label is only for ears. */
  bare?: boolean;
}) {
  const name = useId();
  return (
    <fieldset class="segments">
      <legend class={props.bare ? "said" : ""}>{props.label}</legend>
      <div>
        {props.options.map((option) => (
          <label key={option.value}>
            <input
              type="radio"
              name={name}
              checked={option.value === props.value}
              onChange={() => props.onChange(option.value)}
              {...(option.says === undefined ? {} : { "aria-label": option.says })}
            />
            <span>{option.name}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** A place between two ends; `says` puts the value into words. */
export function Slider(props: {
  label: string;
  value: number;
  min: number;
  max: number;
  step: number;
  says: string;
  onInput: (value: number) => void;
  bare?: boolean;
}) {
  const id = useId();
  const share = ((props.value - props.min) / (props.max - props.min)) * 100;
  return (
    <div class={props.bare ? "slider slider-bare" : "slider"}>
      <label for={id} class={props.bare ? "said" : ""}>
        {props.label}
      </label>
      {!props.bare && <output for={id}>{props.says}</output>}
      <input
        id={id}
        type="range"
        min={props.min}
        max={props.max}
        step={props.step}
        value={props.value}
        aria-valuetext={props.says}
        style={{ "--share": `${share}%` }}
        onInput={(event) => props.onInput(event.currentTarget.valueAsNumber)}
      />
    </div>
  );
}

/** One of many, folded away. */
export function Select<T extends string>(props: {
  label: string;
  value: T;
  options: readonly { value: T; name: string }[];
  onChange: (value: T) => void;
  disabled?: boolean;
}) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      <select
        id={id}
        value={props.value}
        disabled={props.disabled === true}
        onChange={(event) => props.onChange(event.currentTarget.value as T)}
      >
        {props.options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.name}
          </option>
        ))}
      </select>
    </div>
  );
}
