/**
 * Returns the time of an HTTP date in milliseconds since 1970; null for any other text, which a recipient ignores. `Date.parse`
 * reads more forms, and some of them in the server's own time zone. https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7
 */
export function httpDate(text: string): number | null {
  const { day, month, year, time } = FORMS.map((form) => form.exec(text)?.groups).find(isFound) ?? {};
  if (day === undefined || month === undefined || year === undefined || time === undefined) return null;
  const date = Date.parse(`${day.trim()} ${month} ${fullYear(year)} ${time} GMT`);
  return Number.isNaN(date) ? null : date;
}

const MONTH = '(?<month>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)';
const TIME = '(?<time>\\d\\d:\\d\\d:\\d\\d)';
/** `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT` and `Sun Nov  6 08:49:37 1994`. */
const FORMS = [
  new RegExp(`^[A-Z][a-z]{2}, (?<day>\\d\\d) ${MONTH} (?<year>\\d{4}) ${TIME} GMT$`),
  new RegExp(`^[A-Z][a-z]{5,8}, (?<day>\\d\\d)-${MONTH}-(?<year>\\d\\d) ${TIME} GMT$`),
  new RegExp(`^[A-Z][a-z]{2} ${MONTH} (?<day>[ \\d]\\d) ${TIME} (?<year>\\d{4})$`),
];

type Groups = Readonly<Record<string, string | undefined>>;

function isFound(groups: Groups | undefined): groups is Groups {
  return groups !== undefined;
}

/** A year of two digits that would be more than 50 years ahead is in the past. */
function fullYear(year: string): number {
  if (year.length === 4) return Number(year);
  const thisYear = new Date().getUTCFullYear();
  const inThisCentury = thisYear - (thisYear % 100) + Number(year);
  return inThisCentury > thisYear + 50 ? inThisCentury - 100 : inThisCentury;
}
