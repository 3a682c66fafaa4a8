'use strict';
// As much of jQuery and of Node-RED's typed inputs as the form of an action uses: elements that remember what was done to them.

class Elements {
  constructor(made) {
    Object.assign(this, { kids: [], attributes: {}, properties: {}, handlers: {}, isShown: true, value: '', ...made });
  }

  get length() {
    return this.kids.length;
  }

  append(...kids) {
    this.kids.push(...kids);
    return this;
  }

  empty() {
    this.kids = [];
    return this;
  }

  children(tag) {
    return tag ? this.kids.find((kid) => kid.tag === tag) : new Elements({ kids: this.kids });
  }

  val(...given) {
    return this.remember('value', given);
  }

  text(...given) {
    return this.remember('content', given);
  }

  toggle(isShown) {
    return this.remember('isShown', [isShown]);
  }

  attr(name, ...given) {
    return this.remember(name, given, this.attributes);
  }

  prop(name, ...given) {
    return this.remember(name, given, this.properties);
  }

  on(event, handler) {
    this.handlers[event] = handler;
    return this;
  }

  off(event) {
    delete this.handlers[event];
    return this;
  }

  trigger(event) {
    this.handlers[event]?.();
    return this;
  }

  // With an object it becomes a typed input; else its `type` or its `value`.
  typedInput(name, ...given) {
    if (typeof name === 'string') return this.remember(name, given, this.typed);
    this.typed = { ...name, type: name.default, value: '' };
    return this;
  }

  remember(name, given, place = this) {
    if (!given.length) return place[name];
    place[name] = given[0];
    return this;
  }

  // Every element below it for which something is true.
  find(isIt) {
    return this.kids.flatMap((kid) => [...(isIt(kid) ? [kid] : []), ...kid.find(isIt)]);
  }
}

// `$` of a page whose elements come into being when they are asked for.
function page() {
  const named = {};
  return (text) => {
    const tag = /^<([a-z]+)((?: [\w-]+="[^"]*")*)>([^<]*)/.exec(text);
    if (!tag) return (named[text] ||= new Elements({ tag: text }));
    return new Elements({ tag: tag[1], content: tag[3], value: /value="([^"]*)"/.exec(tag[2])?.[1] ?? '' });
  };
}

module.exports = { page };
