/** What is looked for: a text, and behind a button the category, the type and the project. */

import { useState } from 'react';

import type { Notification, Query } from '../core/notifications.js';
import { CATEGORIES } from '../core/preferences.js';
import { Choice } from './Choice.js';
import { Icon } from './icons.js';
import { typeName } from './notification-words.js';
import { categoryName } from './preference-words.js';
import { useStrings } from './translator.js';

export interface ProjectName {
  id: string;
  name: string;
}

interface Props {
  query: Query;
  projects: readonly ProjectName[];
  onChange: (query: Query) => void;
}

const TYPES: readonly Notification['type'][] = ['info', 'success', 'warning', 'error'];

export function NotificationFilter({ query, projects, onChange }: Props) {
  const trans = useStrings();
  const isSet = Boolean(query.category || query.type || query.project);
  const [isOpen, setIsOpen] = useState(isSet);
  const label = isOpen ? trans.__('Hide filters') : trans.__('Show filters');
  return (
    <>
      <div className="jrt-search-row">
        <input
          type="search"
          className="jrt-search"
          placeholder={trans.__('Search notifications')}
          aria-label={trans.__('Search notifications')}
          value={query.text ?? ''}
          onChange={event => onChange({ ...query, text: event.currentTarget.value || undefined })}
        />
        <button
          type="button"
          className="jrt-icon-button"
          aria-expanded={isOpen}
          aria-label={label}
          title={label}
          data-jrt-filters={isSet}
          onClick={() => setIsOpen(!isOpen)}
        >
          <Icon name="funnel" />
        </button>
      </div>
      {isOpen && (
        <div className="jrt-choices">
          <Choice
            label={trans.__('Category')}
            value={query.category ?? ''}
            options={[
              ['', trans.__('All categories')],
              ...CATEGORIES.map((one): [typeof one, string] => [one, categoryName(one, trans)]),
            ]}
            onChange={category => onChange({ ...query, category: category || undefined })}
          />
          <Choice
            label={trans.__('Type')}
            value={query.type ?? ''}
            options={[
              ['', trans.__('All types')],
              ...TYPES.map((one): [typeof one, string] => [one, typeName(one, trans)]),
            ]}
            onChange={type => onChange({ ...query, type: type || undefined })}
          />
          {projects.length > 1 && (
            <Choice
              label={trans.__('Project')}
              value={query.project ?? ''}
              options={[
                ['', trans.__('All projects')],
                ...projects.map(({ id, name }): [string, string] => [id, name]),
              ]}
              onChange={project => onChange({ ...query, project: project || undefined })}
            />
          )}
        </div>
      )}
    </>
  );
}
