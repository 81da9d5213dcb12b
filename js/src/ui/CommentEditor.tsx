/**
 * Where a comment is written: Markdown with a preview, mentions, and a suggestion of other code.
 *
 * What is sent leaves the field at once. If it is refused it comes back, before what was written since.
 */

import { type KeyboardEvent, useEffect, useRef, useState } from 'react';

import { useAttempt } from './attempt.js';
import { draftKey, draftOf, dropDraft, keepDraft } from './comment-drafts.js';
import { CommentIcon } from './comment-icons.js';
import { useElementId, useLatest } from './hooks.js';
import { Markdown } from './Markdown.js';
import { type Ask, MentionChoice, usePeople } from './MentionChoice.js';
import { type Mention, mentionBefore, withMention } from './mentions.js';
import { Problem } from './Problem.js';
import { useStrings } from './translator.js';

export interface EditorServices {
  mentionable: Ask;
  preview: (body: string, signal: AbortSignal) => Promise<string>;
}

interface Props {
  /** The name of its draft. */
  draft: string;
  /** What it begins with where there is no draft. */
  initial?: string;
  label: string;
  placeholder: string;
  send: string;
  services: EditorServices;
  /** The code that could be suggested otherwise; null: none. */
  code: string | null;
  /** Take the focus as soon as it is there. */
  autoFocus?: boolean;
  /** Whether it stays after it was sent, for the next. */
  stays?: boolean;
  onSend: (body: string, key: string) => Promise<unknown>;
  onDone?: (() => void) | undefined;
  onCancel?: (() => void) | undefined;
}

const MAX_BODY_CHARACTERS = 10_000;
/** From when on it is said how many are left. */
const SAID_FROM = 9_000;

export function CommentEditor(props: Props) {
  const { draft, initial = '', label, send, services, code, onDone, onCancel } = props;
  const trans = useStrings();
  const field = useRef<HTMLTextAreaElement>(null);
  const listId = useElementId();
  const [text, setText] = useState(() => draftOf(draft) || initial);
  const [isPreview, setIsPreview] = useState(false);
  const [mention, setMention] = useState<Mention | null>(null);
  const [chosen, setChosen] = useState(0);
  const { attempt, pending, problem } = useAttempt();
  const people = usePeople(mention, services.mentionable);
  const latest = useLatest(text);
  const length = Array.from(text).length;
  const isTooLong = length > MAX_BODY_CHARACTERS;
  const isDisabled = text.trim() === '' || pending || isTooLong;
  useEffect(() => {
    if (props.autoFocus) {
      field.current?.focus({ preventScroll: true });
      const end = field.current?.value.length ?? 0;
      field.current?.setSelectionRange(end, end);
    }
  }, [props.autoFocus]);
  useGrowing(field, text, isPreview);

  const write = (next: string) => {
    setText(next);
    keepDraft(draft, next === initial ? '' : next);
  };
  const put = (next: string, caret: number) => {
    write(next);
    setMention(null);
    requestAnimationFrame(() => {
      field.current?.focus();
      field.current?.setSelectionRange(caret, caret);
      look();
    });
  };
  const look = () => {
    const { selectionStart = 0, selectionEnd = -1, value = '' } = field.current ?? {};
    const found = selectionStart === selectionEnd ? mentionBefore(value, selectionStart) : null;
    setMention(found);
    if (found?.query !== mention?.query) {
      setChosen(0);
    }
  };
  const choose = (name: string) => {
    if (mention) {
      const caret = field.current?.selectionStart ?? text.length;
      const next = withMention(text, caret, mention, name);
      put(next.text, next.caret);
    }
  };
  const suggest = () => {
    const fence = fenceFor(code ?? '');
    const before = text === '' || text.endsWith('\n') ? text : `${text}\n`;
    const head = `${before}${fence}suggestion\n`;
    put(`${head}${code}\n${fence}\n`, head.length);
  };
  const submit = async () => {
    if (isDisabled) {
      return;
    }
    const body = text.trim();
    const key = draftKey(draft, text);
    setIsPreview(false);
    if (props.stays) {
      setText('');
    }
    const isSent = await attempt(() => props.onSend(body, key));
    if (isSent) {
      dropDraft(draft, text);
      onDone?.();
    } else if (props.stays) {
      const since = latest.current;
      setText(since === '' ? text : `${text}\n\n${since}`);
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const isOffered = mention !== null && people.length > 0;
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      void submit();
    } else if (isOffered && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
      event.preventDefault();
      const by = event.key === 'ArrowDown' ? 1 : -1;
      setChosen((chosen + by + people.length) % people.length);
    } else if (isOffered && (event.key === 'Enter' || event.key === 'Tab')) {
      event.preventDefault();
      choose(people[chosen]?.name ?? '');
    } else if (event.key === 'Escape' && (isOffered || onCancel)) {
      event.preventDefault();
      event.stopPropagation();
      isOffered ? setMention(null) : onCancel?.();
    } else if (event.key !== 'Escape') {
      // A key of the text is none of the list or the notebook around it; but it leads out of the field.
      event.stopPropagation();
    }
  };
  const isOffered = mention !== null && people.length > 0;
  return (
    <div className="jrt-editor" data-jrt-draft={draft}>
      <div className="jrt-editor-field">
        {isPreview ? (
          <Preview body={text} preview={services.preview} />
        ) : (
          <textarea
            ref={field}
            className="jrt-editor-text"
            rows={2}
            value={text}
            placeholder={props.placeholder}
            aria-label={label}
            aria-invalid={isTooLong}
            aria-autocomplete="list"
            aria-haspopup="listbox"
            aria-controls={isOffered ? listId : undefined}
            aria-activedescendant={isOffered ? `${listId}-${chosen}` : undefined}
            // JupyterLab's own keys are not for those who write here.
            data-lm-suppress-shortcuts="true"
            onChange={event => {
              write(event.currentTarget.value);
              look();
            }}
            onSelect={look}
            onBlur={() => setMention(null)}
            onKeyDown={onKeyDown}
          />
        )}
        <MentionChoice
          id={listId}
          people={isOffered ? people : []}
          chosen={chosen}
          onChoose={({ name }) => choose(name)}
        />
      </div>
      <div className="jrt-editor-foot">
        <button
          type="button"
          className="jrt-icon-button"
          aria-pressed={isPreview}
          aria-label={trans.__('Preview')}
          title={isPreview ? trans.__('Go on writing') : trans.__('Preview')}
          onClick={() => setIsPreview(!isPreview)}
        >
          <CommentIcon name="eye" />
        </button>
        {code !== null && !isPreview && (
          <button
            type="button"
            className="jrt-icon-button"
            aria-label={trans.__('Suggest other code')}
            title={trans.__('Suggest other code')}
            onClick={suggest}
          >
            <CommentIcon name="suggest" />
          </button>
        )}
        <span className="jrt-editor-hint" role="status">
          {length >= SAID_FROM && countText(length, trans)}
        </span>
        {onCancel && (
          <button type="button" className="jrt-button jrt-button-small" onClick={onCancel}>
            {trans.__('Cancel')}
          </button>
        )}
        <button
          type="button"
          className="jrt-button jrt-button-small jrt-button-main"
          aria-disabled={isDisabled}
          title={trans.__('%1 (Ctrl+Enter)', send)}
          onClick={() => void submit()}
        >
          {problem === null ? send : trans.__('Retry')}
        </button>
      </div>
      <Problem words={problem} />
    </div>
  );
}

function countText(length: number, trans: ReturnType<typeof useStrings>): string {
  const left = MAX_BODY_CHARACTERS - length;
  return left >= 0
    ? trans._n('%1 character left', '%1 characters left', left)
    : trans._n('%1 character too many', '%1 characters too many', -left);
}

/** As high as what is written, up to what the style sheet allows. */
function useGrowing(
  field: { current: HTMLTextAreaElement | null },
  text: string,
  isPreview: boolean,
): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: its height follows from them.
  useEffect(() => {
    const area = field.current;
    if (area) {
      area.style.height = 'auto';
      area.style.height = `${area.scrollHeight + 2}px`;
    }
  }, [field, text, isPreview]);
}

function Preview({ body, preview }: { body: string; preview: EditorServices['preview'] }) {
  const trans = useStrings();
  const [html, setHtml] = useState<string | null>(null);
  const { attempt, problem } = useAttempt();
  const latest = useLatest(attempt);
  useEffect(() => {
    const stop = new AbortController();
    void latest.current(async () => {
      const made = body.trim() === '' ? '' : await preview(body, stop.signal);
      if (!stop.signal.aborted) {
        setHtml(made);
      }
    });
    return () => stop.abort();
  }, [body, preview, latest]);
  return (
    <section
      className="jrt-editor-preview"
      aria-label={trans.__('Preview')}
      aria-busy={html === null}
    >
      {html === '' && <p className="jrt-note">{trans.__('Nothing to preview')}</p>}
      {html !== null && html !== '' && <Markdown html={html} />}
      <Problem words={problem} />
    </section>
  );
}

/** Longer than any fence in the code itself. */
function fenceFor(code: string): string {
  const longest = Math.max(2, ...(code.match(/`{3,}/g) ?? []).map(ticks => ticks.length));
  return '`'.repeat(longest + 1);
}
