// The form of an action, drawn from its definition: what is asked first, the rest folded away.
(function () {
  'use strict';
  const FROM_ELSEWHERE = ['msg', 'flow', 'global', 'jsonata', 'env'];
  const isJson = (text) => {
    try {
      JSON.parse(text);
      return true;
    } catch {
      return false;
    }
  };

  const choice = (name, values) => ({
    value: name,
    label: 'choice',
    icon: 'fa fa-list-ul',
    options: [{ value: '', label: '(left empty)' }, ...values.map((value) => ({ value: String(value), label: String(value) }))],
  });

  const number = {
    value: 'num',
    label: 'number',
    icon: 'red/images/typedInput/09.svg',
    validate: (text) => text === '' || Number.isFinite(Number(text)),
  };

  const json = {
    value: 'json',
    label: 'JSON',
    icon: 'red/images/typedInput/json.svg',
    validate: (text) => text === '' || isJson(text),
    expand() {
      const text = this.value();
      RED.editor.editJSON({
        value: isJson(text) ? JSON.stringify(JSON.parse(text), null, 2) : text,
        complete: (edited) => this.value(isJson(edited) ? JSON.stringify(JSON.parse(edited)) : edited),
      });
    },
  };

  const text = (field, node, action) => {
    if (!field.choices) return 'str';
    let known;
    return {
      value: 'str',
      label: 'text',
      icon: 'red/images/typedInput/az.svg',
      autoComplete(typed, done) {
        const connection = $('#node-input-connection').val();
        const url = `__CONNECTION__/${connection}/choices/${action}/${encodeURIComponent(field.name)}`;
        known ||= $.getJSON(url).then((rows) => rows, () => []);
        known.then((rows) =>
          done(
            rows
              .filter(({ value, label }) => `${value} ${label}`.toLowerCase().includes(typed.toLowerCase()))
              .map(({ value, label }) => ({ value, label: value === label ? value : `${label} (${value})` })),
          ),
        );
      },
    };
  };

  const KINDS = {
    text: (field, node, action) => [text(field, node, action), ...FROM_ELSEWHERE],
    choice: (field) => [choice('choice', field.values), ...FROM_ELSEWHERE],
    flag: () => [choice('flag', [true, false]), ...FROM_ELSEWHERE],
    number: () => [number, ...FROM_ELSEWHERE],
    'text or number': () => ['str', number, ...FROM_ELSEWHERE],
    json: () => [json, ...FROM_ELSEWHERE],
    'json or text': () => [json, 'str', ...FROM_ELSEWHERE],
    // A flow file is no place for a secret: it comes from the environment or a message.
    secret: () => ['env', 'msg', 'flow', 'global'],
  };

  function typed(input, types, box) {
    const first = types[0].value || types[0];
    const known = types.some((type) => (type.value || type) === (box && box.t));
    input.typedInput({ default: known ? box.t : first, types });
    input.typedInput('type', known ? box.t : first);
    input.typedInput('value', box ? box.v : '');
  }

  const taken = (input) => ({ t: input.typedInput('type'), v: input.typedInput('value') });

  function row(field, node, action) {
    const line = $('<div class="form-row"></div>');
    const label = $('<label style="width:100%"></label>').text(field.title).attr('title', field.description);
    if (field.required) label.append($('<span style="color:#d00"> *</span>').attr('title', 'required'));
    const hint = $('<i class="fa fa-question-circle-o" style="margin-left:6px; opacity:0.6"></i>').attr('title', field.description);
    const input = $('<input type="text" style="width:100%">').attr('placeholder', field.example || '').attr('data-input', field.name);
    line.append(label.append(hint), input);
    return { line, input, draw: () => typed(input, KINDS[field.kind](field, node, action), (node.boxes || {})[field.name]) };
  }

  // Fill the form of the chosen action; rows of the folded part are drawn when it is opened, for they need a width.
  function prepare(node, form) {
    const chosen = $('#node-input-action').empty().append($('<option value="">Choose an action</option>'));
    for (const [key, action] of Object.entries(form)) chosen.append($('<option></option>').val(key).text(action.title));
    chosen.val(node.action in form ? node.action : '');
    const source = $('#node-input-source');
    source.typedInput({ types: [{ value: 'msg', label: 'msg.', hasValue: true, validate: () => true }] });
    typed($('#node-input-maxItems-box'), KINDS.number(), node.maxItems);
    node.drawn = {};
    const show = () => {
      const action = form[chosen.val()];
      const main = $('.connector-inputs').empty();
      const folded = $('.connector-folded').empty();
      const details = $('.connector-advanced').prop('open', false).off('toggle');
      $('.connector-description').text(action ? action.description : '');
      $('.connector-paging').toggle(Boolean(action && action.paged));
      node.drawn = {};
      const waiting = [];
      for (const field of action ? action.fields : []) {
        const made = row(field, node, chosen.val());
        (field.advanced ? folded : main).append(made.line);
        const draw = () => {
          made.draw();
          node.drawn[field.name] = made.input;
        };
        if (field.advanced) waiting.push(draw);
        else draw();
      }
      details.toggle(waiting.length > 0);
      details.on('toggle', () => {
        if (details.prop('open')) waiting.splice(0).forEach((draw) => draw());
      });
      const hasFolded = (action ? action.fields : []).some((field) => field.advanced && (node.boxes || {})[field.name]);
      if (hasFolded && chosen.val() === node.action) details.prop('open', true);
    };
    chosen.on('change', show);
    show();
  }

  // What the form says now. Boxes of the folded part that were never opened keep what they had.
  function save(node, form) {
    const key = $('#node-input-action').val();
    const before = key === node.action ? node.boxes || {} : {};
    const boxes = {};
    for (const field of key in form ? form[key].fields : []) {
      const box = node.drawn[field.name] ? taken(node.drawn[field.name]) : before[field.name];
      if (box && box.v !== '') boxes[field.name] = box;
    }
    node.boxes = boxes;
    node.maxItems = taken($('#node-input-maxItems-box'));
    node.source = $('#node-input-source').typedInput('value');
  }

  // Whether nothing that must be filled in is empty; what a message brings is not known here.
  function isWhole(node, form) {
    if (!(node.action in form)) return false;
    return Boolean(node.source) || form[node.action].fields.every(({ name, required }) => !required || (node.boxes || {})[name]);
  }

  RED.connectorForms = RED.connectorForms || {};
  RED.connectorForms['__PACKAGE__'] = { prepare, save, isWhole };
})();
