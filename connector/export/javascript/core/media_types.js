'use strict';
// The media types of files by the ends of their names, the same as in Python (connector/definition/media_types.py).

const OFFICE = 'application/vnd.openxmlformats-officedocument';
const MEDIA_TYPES = {
  avif: 'image/avif', bmp: 'image/bmp', css: 'text/css', csv: 'text/csv', doc: 'application/msword',
  docx: `${OFFICE}.wordprocessingml.document`, eml: 'message/rfc822', gif: 'image/gif', htm: 'text/html', html: 'text/html',
  ics: 'text/calendar', jpeg: 'image/jpeg', jpg: 'image/jpeg', js: 'text/javascript', json: 'application/json',
  md: 'text/markdown', mp3: 'audio/mpeg', mp4: 'video/mp4', pdf: 'application/pdf', png: 'image/png',
  ppt: 'application/vnd.ms-powerpoint', pptx: `${OFFICE}.presentationml.presentation`, svg: 'image/svg+xml', tif: 'image/tiff',
  tiff: 'image/tiff', txt: 'text/plain', wav: 'audio/x-wav', webp: 'image/webp', xls: 'application/vnd.ms-excel',
  xlsx: `${OFFICE}.spreadsheetml.sheet`, xml: 'text/xml', zip: 'application/zip',
};

// The media type of a file of that name; undefined where its end is not known.
function mediaTypeOfName(name) {
  const end = name.slice(name.lastIndexOf('.') + 1).toLowerCase();
  return name.includes('.') && Object.hasOwn(MEDIA_TYPES, end) ? MEDIA_TYPES[end] : undefined;
}

module.exports = { mediaTypeOfName };
