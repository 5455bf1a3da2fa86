/** The widget's looks. Applied as a constructed sheet, which a page's content policy does not forbid. */
export const style = `
:host { all: initial; }
* { box-sizing: border-box; }
[hidden] { display: none !important; }
.root {
	--accent: #b3491f; --ink: #fff; --ground: #fff; --soft: #f5f2ee; --line: #e2dcd4; --text: #23201c; --dim: #6a635a; --bad: #b3261e;
	position: fixed; inset: auto 20px 20px auto; z-index: 2147483000;
	font: 15px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; color: var(--text); color-scheme: light;
}
.root.left { inset: auto auto 20px 20px; }
@media (prefers-color-scheme: dark) {
	.root:not(.light) { --ground: #1d1b19; --soft: #2a2724; --line: #3b3733; --text: #eeeae4; --dim: #a8a097; --bad: #f2b8b5; color-scheme: dark; }
}
.root.dark { --ground: #1d1b19; --soft: #2a2724; --line: #3b3733; --text: #eeeae4; --dim: #a8a097; --bad: #f2b8b5; color-scheme: dark; }
button, textarea, input { font: inherit; color: inherit; }
button { cursor: pointer; border: 0; background: none; padding: 0; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
svg { width: 22px; height: 22px; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; display: block; }
.launcher { position: relative; display: grid; place-items: center; width: 56px; height: 56px; border-radius: 50%;
	background: var(--accent); color: var(--ink); box-shadow: 0 4px 16px rgb(0 0 0 / .22); margin-left: auto; }
.launcher svg { width: 28px; height: 28px; }
.left .launcher { margin-left: 0; }
.badge { position: absolute; top: -4px; right: -4px; min-width: 22px; height: 22px; padding: 0 6px; border-radius: 11px; display: grid; place-items: center;
	background: var(--text); color: var(--ground); font-size: 12px; font-weight: 700; font-variant-numeric: tabular-nums; }
.panel { width: 372px; height: min(600px, calc(100vh - 112px)); margin-bottom: 14px; display: flex; flex-direction: column; overflow: hidden;
	background: var(--ground); border: 1px solid var(--line); border-radius: 14px; box-shadow: 0 8px 32px rgb(0 0 0 / .18); }
header { display: flex; align-items: center; gap: 8px; padding: 10px 8px 10px 16px; background: var(--accent); color: var(--ink); }
h2 { flex: 1; margin: 0; font-size: 16px; font-weight: 650; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
header :focus-visible { outline-color: var(--ink); outline-offset: -3px; }
.round { display: grid; place-items: center; width: 40px; height: 40px; border-radius: 10px; flex: none; }
.banner { margin: 0; padding: 8px 16px; background: var(--soft); border-bottom: 1px solid var(--line); font-size: 13px; }
.log { flex: 1; overflow-y: auto; overscroll-behavior: contain; padding: 16px; display: flex; flex-direction: column; gap: 4px; }
.log > :first-child { margin-top: auto; }
.day { align-self: center; margin: 12px 0 4px; font-size: 12px; color: var(--dim); }
.message { max-width: 84%; align-self: flex-start; }
.message.visitor { align-self: flex-end; }
.who { margin: 8px 4px 2px; font-size: 12px; color: var(--dim); }
.bubble { padding: 8px 12px; border-radius: 14px 14px 14px 4px; background: var(--soft); white-space: pre-wrap; overflow-wrap: anywhere; unicode-bidi: plaintext; }
.visitor .bubble { border-radius: 14px 14px 4px 14px; background: var(--accent); color: var(--ink); }
.bubble a { color: inherit; }
.mark { display: flex; gap: 4px; align-items: center; justify-content: flex-end; margin: 2px 4px 4px; font-size: 12px; color: var(--dim); }
.message:not(.visitor) .mark { justify-content: flex-start; }
.mark svg { width: 15px; height: 15px; }
.mark.bad { color: var(--bad); }
.mark button { text-decoration: underline; min-height: 24px; padding: 0 4px; }
.file { display: flex; align-items: center; gap: 8px; max-width: 100%; margin-top: 4px; padding: 8px 12px; min-height: 40px; border: 1px solid var(--line); border-radius: 10px; text-align: left; overflow: hidden; }
.file span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.file small { color: var(--dim); flex: none; }
.file svg { flex: none; }
.picture { display: block; margin-top: 4px; border-radius: 10px; overflow: hidden; border: 1px solid var(--line); }
.picture img { display: block; max-width: 240px; max-height: 240px; }
.typing { margin: 0; min-height: 20px; padding: 0 16px; font-size: 12px; color: var(--dim); }
form { border-top: 1px solid var(--line); }
.chips { display: flex; flex-wrap: wrap; gap: 4px; padding: 8px 12px 0; }
.chips:empty { display: none; }
.chip { display: flex; align-items: center; gap: 4px; max-width: 100%; padding-left: 8px; border: 1px solid var(--line); border-radius: 8px; font-size: 13px; }
.chip span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.chip button { width: 28px; height: 28px; display: grid; place-items: center; flex: none; }
.chip svg { width: 14px; height: 14px; }
.error { margin: 0; padding: 8px 16px 0; color: var(--bad); font-size: 13px; }
.row { display: flex; align-items: flex-end; gap: 4px; padding: 8px; }
textarea { flex: 1; min-width: 0; max-height: 132px; padding: 9px 8px; border: 0; resize: none; background: none; border-radius: 8px; }
textarea:focus-visible { outline-width: 2px; outline-offset: -2px; }
::placeholder { color: var(--dim); opacity: 1; }
.send { background: var(--accent); color: var(--ink); }
.send[disabled] { background: var(--soft); color: var(--dim); cursor: default; }
.introduce { flex: 1; display: flex; flex-direction: column; gap: 12px; padding: 20px; border: 0; overflow-y: auto; }
.introduce p { margin: 0; }
.introduce label { display: grid; gap: 4px; font-size: 14px; }
.introduce small { color: var(--dim); }
.introduce input { width: 100%; padding: 9px 12px; border: 1px solid var(--line); border-radius: 8px; background: var(--ground); }
.introduce button { padding: 10px; border-radius: 8px; background: var(--accent); color: var(--ink); font-weight: 600; }
.quiet { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media (max-width: 480px) {
	.root.open { inset: 0; }
	.open .panel { width: 100%; height: 100dvh; margin: 0; border: 0; border-radius: 0; }
	.open .launcher { display: none; }
	textarea, input { font-size: 16px; }
}
@media (prefers-reduced-motion: no-preference) { .panel { animation: rise .14s ease-out; } @keyframes rise { from { opacity: 0; transform: translateY(8px); } } }
@media (forced-colors: active) { .launcher, .bubble, .send { border: 1px solid; } }
`;
