/** Days on which clocks are changed, or a zone has something of its own: [zone, first of four days]. */
export const DAYS_OF_CHANGE: [string, string][] = [
  ['Europe/Berlin', '2026-03-28'],
  ['Europe/Berlin', '2026-10-24'],
  ['America/New_York', '2026-03-07'],
  ['America/New_York', '2026-10-31'],
  ['Australia/Lord_Howe', '2026-04-04'],
  ['Australia/Lord_Howe', '2026-10-03'],
  ['Asia/Kathmandu', '2026-06-01'],
  ['America/Havana', '2026-03-07'],
  ['America/Havana', '2026-10-31'],
  ['Atlantic/Azores', '2026-10-24'],
  ['America/St_Johns', '2010-03-13'],
  ['America/St_Johns', '2010-11-06'],
  ['Pacific/Apia', '2011-12-28'],
  ['Pacific/Kiritimati', '2026-06-01'],
  ['UTC', '2026-02-27'],
];
