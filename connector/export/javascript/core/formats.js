'use strict';
// The JSON Schema formats that are checked. Other formats only say how a host stores or shows a value.

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const TIME = /^T([01]\d|2[0-3])(:?[0-5]\d(:?[0-5]\d([.,]\d+)?)?)?(Z|[+-]([01]\d|2[0-3])(:?[0-5]\d(:?[0-5]\d(\.\d+)?)?)?)$/i;
const DURATION = /^P(?=.)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?$/;
const EMAIL = /^[^\s\u001c-\u001f\u0085@,;<>"]+@[^\s\u001c-\u001f\u0085@.,;<>"]+(\.[^\s\u001c-\u001f\u0085@.,;<>"]+)+$/;
const COLOR = /^#([0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})$/i;

function isDate(text) {
  const [, year, month, day] = (/^(\d{4})-(\d{2})-(\d{2})$/.exec(text) || []).map(Number);
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  // A month that is none has no last day, which no day is before.
  return year >= 1 && day >= 1 && day <= DAYS[month - 1] + (month === 2 && isLeap ? 1 : 0);
}

// A scheme, and a host or a path after it.
function isUri(text) {
  const [, rest] = /^[a-z][a-z0-9+.-]*:(.*)$/is.exec(text) || [];
  if (rest === undefined || /[\s\u0000-\u001f\u007f\u0085]/.test(text)) return false;
  const [, host = '', path] = /^(?:\/\/([^/?#]*))?([^?#]*)/.exec(rest);
  return Boolean(host || path) && host.includes('[') === host.includes(']');
}

// Format: its check, and how it is described to a person.
const FORMATS = {
  'date-time': [
    (text) => isDate(text.slice(0, 10)) && TIME.test(text.slice(10)),
    'a date and time with a time zone, such as 2026-01-31T09:30:00Z',
  ],
  date: [isDate, 'a date, such as 2026-01-31'],
  duration: [(text) => DURATION.test(text), 'an ISO 8601 duration, such as P1DT4H'],
  email: [(text) => EMAIL.test(text), 'an email address, such as ada@example.com'],
  uri: [isUri, 'a URL, such as https://example.com/page'],
  color: [(text) => COLOR.test(text), 'a color, such as #9d3789'],
};

module.exports = { FORMATS, isDate };
