/** The runtime in `core`, under the types that it is documented with. */

import * as javascript from './core/index';
import type * as Core from './core/types';

export const runtime = javascript as unknown as typeof Core;
