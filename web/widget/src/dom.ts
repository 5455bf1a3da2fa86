/** Builds elements. Text from outside only ever becomes a text node; there is no way here to make markup from it. */

type Child = Node | string | null | false;
type Props = Record<string, string | boolean | ((event: Event) => void)>;

export function h<K extends keyof HTMLElementTagNameMap>(
	tag: K,
	props: Props = {},
	...children: Child[]
): HTMLElementTagNameMap[K] {
	const element = document.createElement(tag);
	for (const [name, value] of Object.entries(props)) {
		if (typeof value === 'function') element.addEventListener(name, value);
		else if (typeof value === 'boolean') element.toggleAttribute(name, value);
		else element.setAttribute(name, value);
	}
	for (const child of children) if (child) element.append(child);
	return element;
}

/** An icon drawn with one stroke; decoration, so hidden from screen readers. */
export function icon(path: string): SVGSVGElement {
	const space = 'http://www.w3.org/2000/svg';
	const svg = document.createElementNS(space, 'svg');
	const line = document.createElementNS(space, 'path');
	svg.setAttribute('viewBox', '0 0 24 24');
	svg.setAttribute('aria-hidden', 'true');
	line.setAttribute('d', path);
	svg.append(line);
	return svg;
}

export const icons = {
	talk: 'M5 17.5V20l3.6-2.2c1 .3 2.2.5 3.4.5 4.7 0 8.5-3 8.5-6.8S16.7 4.7 12 4.7 3.5 7.7 3.5 11.5c0 1.7.6 3.2 1.5 4.3z',
	close: 'M6 9.5l6 6 6-6',
	clip: 'M8 12.5l5.5-5.5a2.8 2.8 0 0 1 4 4l-7.2 7.2a4.6 4.6 0 0 1-6.5-6.5L10.5 5',
	send: 'M4.5 12h14M13 6l6 6-6 6',
	cross: 'M7 7l10 10M17 7L7 17',
	file: 'M7 3.5h7l4 4v13H7zM14 3.5v4h4',
	one: 'M5 12.5l4.5 4.5L19 7.5',
	two: 'M2.5 12.5L7 17l9-9.5M11.5 16l1 1L22 7.5'
};

const ADDRESS = /https?:\/\/[^\s<>"']+/g;

/** Plain text with its web addresses as links. */
export function linked(text: string): Node[] {
	const nodes: Node[] = [];
	let from = 0;
	for (const match of text.matchAll(ADDRESS)) {
		const shown = match[0].replace(/[.,;:!?)\]}»”]+$/, '');
		if (!URL.canParse(shown)) continue;
		nodes.push(document.createTextNode(text.slice(from, match.index)));
		nodes.push(
			h('a', { href: shown, target: '_blank', rel: 'noopener noreferrer nofollow ugc' }, shown)
		);
		from = match.index + shown.length;
	}
	nodes.push(document.createTextNode(text.slice(from)));
	return nodes;
}

/** Dark or light text, whichever reads better on the colour; `null` when it is no colour like #C2552D. */
export function inkOn(color: string): string | null {
	const match = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(color);
	if (!match) return null;
	const [red, green, blue] = match.slice(1).map((hex) => {
		const part = parseInt(hex, 16) / 255;
		return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
	}) as [number, number, number];
	const light = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
	return 1.05 / (light + 0.05) >= (light + 0.05) / 0.0565 ? '#ffffff' : '#1b1815';
}
