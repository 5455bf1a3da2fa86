import { MediaQuery } from 'svelte/reactivity';

/** One pane at a time. */
export const narrow = new MediaQuery('max-width: 767px', false);
/** Room for list, work area and context panel together. */
export const wide = new MediaQuery('min-width: 1200px', true);
