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

  // A copy that has the names in it and no others: every object of JavaScript has a `constructor`.
  const named = (values) => Object.assign(Object.create(null), values);

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
    if (!field.listed) return 'str';
    const known = {};
    // What other fields say that the choices depend on; only what is typed here is known in the editor.
    const given = () => {
      const inputs = (field.dependsOn || []).map((name) => [name, node.draft.inputs[name]]);
      const texts = inputs.filter(([, input]) => input && input.typedInput('type') === 'str');
      return Object.fromEntries(texts.map(([name, input]) => [name, input.typedInput('value')]));
    };
    return {
      value: 'str',
      label: 'text',
      icon: 'red/images/typedInput/az.svg',
      autoComplete(typed, done) {
        const connection = $('#node-input-connection').val();
        const query = field.dependsOn ? `?inputs=${encodeURIComponent(JSON.stringify(given()))}` : '';
        const url = `__CONNECTION__/${connection}/choices/${action}/${encodeURIComponent(field.name)}${query}`;
        known[url] ||= $.getJSON(url).then((rows) => rows, () => []);
        known[url].then((rows) =>
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
    choice: (field) => [choice(typeof field.values[0] === 'number' ? 'num' : 'choice', field.values), ...FROM_ELSEWHERE],
    flag: () => [choice('flag', [true, false]), ...FROM_ELSEWHERE],
    number: () => [number, ...FROM_ELSEWHERE],
    'text or number': () => ['str', number, ...FROM_ELSEWHERE],
    json: () => [json, ...FROM_ELSEWHERE],
    'json or text': () => [json, 'str', ...FROM_ELSEWHERE],
    // A secret must not be in a flow file: it comes from the environment or a message.
    secret: () => ['env', 'msg', 'flow', 'global'],
  };

  function typed(input, types, value) {
    const first = types[0].value || types[0];
    const isKnown = types.some((type) => (type.value || type) === (value && value.t));
    input.typedInput({ default: isKnown ? value.t : first, types });
    input.typedInput('type', isKnown ? value.t : first);
    input.typedInput('value', value ? value.v : '');
  }

  const taken = (input) => ({ t: input.typedInput('type'), v: input.typedInput('value') });
  const line = (title) => $('<div class="form-row"></div>').append($('<label style="width:100%"></label>').text(title));

  function row(field, required) {
    const made = line(field.title);
    const label = made.children('label').attr('title', field.description);
    if (required) label.append($('<span style="color:#d00"> *</span>').attr('title', 'required'));
    label.append($('<i class="fa fa-question-circle-o" style="margin-left:6px; opacity:0.6"></i>').attr('title', field.description));
    const input = $('<input type="text" style="width:100%">').attr('placeholder', field.example || '').attr('data-input', field.name);
    return { line: made.append(input), input };
  }

  // Of a choice, the option that is shown: the selected one, else the one whose fields have values, else the first one.
  function optionOf(choice, selected, values) {
    const chosen = choice.options.find(({ key }) => key === selected[choice.key]);
    if (chosen || selected[choice.key] === '') return chosen;
    const count = ({ fields }) => fields.filter((name) => values[name]).length;
    const fullest = choice.options.reduce((best, option) => (count(option) > count(best) ? option : best));
    if (count(fullest)) return fullest;
    return choice.required ? choice.options.find((option) => option.default) || choice.options[0] : undefined;
  }

  // What is asked of a field: whether it is shown, and whether it must be filled in.
  function shownAs(field, action, selected, values) {
    const choices = action.choices.filter(({ options }) => options.some(({ fields }) => fields.includes(field.name)));
    const options = choices.map((choice) => optionOf(choice, selected, values));
    const isShown = options.every((option) => option && option.fields.includes(field.name));
    return { choices, isShown, isRequired: field.required || options.some((option) => option && option.required.includes(field.name)) };
  }

  function select(choice, option, onChange) {
    const made = $('<select style="width:70%"></select>').attr('data-choice', choice.key);
    if (!choice.required) made.append($('<option value="">(none)</option>'));
    for (const { key, title } of choice.options) made.append($('<option></option>').val(key).text(title));
    made.val(option ? option.key : '').on('change', () => onChange(made.val()));
    return line(choice.title).append(made);
  }

  // Fill the form of the chosen action; rows of the folded part are drawn when it is opened, for they need a width.
  function prepare(node, form) {
    const chosen = $('#node-input-action').empty().append($('<option value="">Choose an action</option>'));
    for (const [key, action] of Object.entries(form)) chosen.append($('<option></option>').val(key).text(action.title));
    chosen.val(node.action in form ? node.action : '');
    $('#node-input-source').typedInput({ types: [{ value: 'msg', label: 'msg.', hasValue: true, validate: () => true }] });
    typed($('#node-input-maxItems-field'), KINDS.number(), node.maxItems);
    typed($('#node-input-maxWait-field'), KINDS.number(), node.maxWait);
    node.draft = { values: named(node.fields), selected: named(node.selected), inputs: named() };

    const show = (isOpen) => {
      const { values, selected } = node.draft;
      const action = form[chosen.val()] || { fields: [], choices: [], description: '', paged: false };
      const places = { main: $('.connector-inputs').empty(), folded: $('.connector-folded').empty() };
      const details = $('.connector-advanced').prop('open', false).off('toggle');
      $('.connector-description').text(action.description);
      $('.connector-paging').toggle(action.paged);
      node.draft.inputs = named();
      const drawn = new Set();
      const waiting = [];
      for (const field of action.fields) {
        const { choices, isShown, isRequired } = shownAs(field, action, selected, values);
        for (const choice of choices.filter(({ key }) => !drawn.has(key))) {
          drawn.add(choice.key);
          const isFolded = choice.options.every(({ fields }) => fields.every((name) => action.fields.some((one) => one.name === name && one.advanced)));
          const onChange = (key) => {
            remember(node);
            selected[choice.key] = key;
            show(details.prop('open'));
          };
          (isFolded ? places.folded : places.main).append(select(choice, optionOf(choice, selected, values), onChange));
        }
        if (!isShown) continue;
        const made = row(field, isRequired);
        const isFolded = field.advanced && !isRequired;
        (isFolded ? places.folded : places.main).append(made.line);
        const draw = () => {
          typed(made.input, KINDS[field.kind](field, node, chosen.val()), values[field.name]);
          node.draft.inputs[field.name] = made.input;
        };
        if (isFolded) waiting.push(draw);
        else draw();
      }
      details.toggle(places.folded.children().length > 0);
      details.on('toggle', () => {
        if (details.prop('open')) waiting.splice(0).forEach((draw) => draw());
      });
      details.prop('open', isOpen || action.fields.some((field) => field.advanced && values[field.name]));
    };
    chosen.on('change', () => {
      const isSame = chosen.val() === node.action;
      node.draft = { values: named(isSame && node.fields), selected: named(isSame && node.selected), inputs: named() };
      show(false);
    });
    show(false);
  }

  // Keep what is typed while the form is drawn anew. What was never drawn keeps what it had.
  function remember({ draft }) {
    for (const [name, input] of Object.entries(draft.inputs)) draft.values[name] = taken(input);
  }

  // What the form says now: fields of an option that is not selected are given up.
  function save(node, form) {
    remember(node);
    const { values, selected } = node.draft;
    const action = form[$('#node-input-action').val()] || { fields: [], choices: [] };
    const shown = action.fields.filter((field) => shownAs(field, action, selected, values).isShown);
    const filled = shown.filter(({ name }) => values[name] && values[name].v !== '');
    const options = action.choices.map((choice) => [choice.key, optionOf(choice, selected, values)]);
    node.fields = Object.fromEntries(filled.map(({ name }) => [name, values[name]]));
    node.selected = Object.fromEntries(options.filter(([, option]) => option).map(([key, option]) => [key, option.key]));
    node.maxItems = taken($('#node-input-maxItems-field'));
    node.maxWait = taken($('#node-input-maxWait-field'));
    node.source = $('#node-input-source').typedInput('value');
  }

  // Whether nothing that must be filled in is empty; what a message brings is not known here.
  function isWhole(node, form) {
    const action = form[node.action];
    if (!action) return false;
    if (node.source) return true;
    const values = named(node.fields);
    const selected = named(node.selected);
    const isMissing = (field) => {
      const { isShown, isRequired } = shownAs(field, action, selected, values);
      return isShown && isRequired && !values[field.name];
    };
    const isChosen = ({ required, options }) => !required || options.some(({ fields }) => fields.some((name) => values[name]));
    return !action.fields.some(isMissing) && action.choices.every(isChosen);
  }

  RED.connectorForms = RED.connectorForms || {};
  RED.connectorForms['__PACKAGE__'] = { prepare, save, isWhole };
})();
