/**
 * The API's named types, in the shape openapi-typescript gives `components["schemas"]`.
 * The server's OpenAPI document is the truth; `cargo xtask codegen` checks this file against it.
 */

export type Uuid = string;
/** RFC 3339 in UTC with milliseconds. */
export type Instant = string;
export type Json = Record<string, unknown>;

export type Role = 'administrator' | 'supervisor' | 'agent';
export type Locale = 'es' | 'en';
export type Theme = 'system' | 'light' | 'dark';
export type Visibility = 'public' | 'private';
export type Priority = 'low' | 'normal' | 'high' | 'urgent';
export type CaseState = 'open' | 'snoozed' | 'resolved';

export interface FieldProblem {
	field: string;
	code: string;
	message: string;
	/** Where a query is wrong, in UTF-16 code units. */
	start?: number | null;
	end?: number | null;
}
export interface Problem {
	code: string;
	status: number;
	title: string;
	detail?: string | null;
	fields?: FieldProblem[];
}
/** A sentence about a network; a network's own words (`words`) are the same in both languages. */
export interface Told extends Bilingual {
	code: string;
}
export interface Bilingual {
	es: string;
	en: string;
}

export interface SignIn {
	email: string;
	password: string;
}
export interface Me {
	id: Uuid;
	number: number;
	email: string;
	name: string;
	role: Role;
	department_ids: Uuid[];
	locale: string;
	theme: string;
	zone?: string | null;
	ready: boolean;
}
export interface Session {
	user: Me;
	company: string;
	sample_loaded: boolean;
	/** Where the live line goes on for whoever fetches everything else after this. */
	live: string;
}
export interface MeChange {
	name?: string;
	locale?: string;
	theme?: string;
	zone?: string | null;
	ready?: boolean;
}
export interface PasswordChange {
	current: string;
	new: string;
}
export interface SetupLink {
	purpose: string;
	email?: string | null;
	name?: string | null;
}
export interface SetupForm {
	name: string;
	email?: string | null;
	password: string;
	locale: string;
}

export interface User {
	id: Uuid;
	number: number;
	email: string;
	name: string;
	role: Role;
	department_ids: Uuid[];
	locale: string;
	status: string;
	ready: boolean;
	last_seen_at?: Instant | null;
}
export interface UserInvite {
	email: string;
	name: string;
	role: Role;
	department_ids: Uuid[];
	locale: string;
}
export interface UserInvited {
	user: User;
	setup_path: string;
}
export interface UserChange {
	name?: string;
	role?: Role;
	department_ids?: Uuid[];
	disabled?: boolean;
}
export interface Department {
	id: Uuid;
	number: number;
	key: string;
	name_es: string;
	name_en: string;
	members: number;
}
export interface DepartmentForm {
	key: string;
	name_es: string;
	name_en: string;
}
export interface Token {
	id: Uuid;
	name: string;
	user_id: Uuid;
	scopes: string[];
	created_at: Instant;
	last_used_at?: Instant | null;
}
export interface TokenForm {
	name: string;
	scopes: string[];
}
export interface TokenCreated {
	token: Token;
	secret: string;
}
export interface AuditEntry {
	id: Uuid;
	at: Instant;
	actor: string;
	action: string;
	object_kind: string;
	object_id?: Uuid | null;
	detail: Json;
}

/** A keyset page: pass `next` as `after`; absent on the last page. */
export interface Page<T> {
	items: T[];
	next?: string | null;
}
export type AuditPage = Page<AuditEntry>;
export type CasePage = Page<CaseRow>;
export type PostPage = Page<Post>;
export type PersonPage = Page<PersonBrief>;

export interface Caps {
	max_length?: number | null;
	length_unit: string;
	url_length?: number | null;
	/** A mention counts without its server. */
	short_mentions: boolean;
	public_answers: boolean;
	private_answers: boolean;
	reply_rule: string;
	window_hours?: number | null;
	max_attachments: number;
	max_attachment_bytes: number;
	attachment_types: string[];
	subject: boolean;
}
export interface SettingField {
	key: string;
	input: string;
	choices: string[];
	required: boolean;
	secret: boolean;
	default?: unknown;
	label: Bilingual;
	help: Bilingual;
}
export interface ChannelKind {
	kind: string;
	fields: SettingField[];
	caps: Caps;
}
export interface ChannelLimit {
	bucket: string;
	left: number;
	of: number;
	resets_at?: Instant | null;
}
export interface ChannelHealth {
	state: string;
	mode?: Told | null;
	last_event_at?: Instant | null;
	last_ok_at?: Instant | null;
	lag_ms?: number | null;
	last_error?: Told | null;
	last_error_at?: Instant | null;
	errors: number;
	kept: number;
	counted: number;
	quarantined: number;
	limits: ChannelLimit[];
}
export interface Channel {
	id: Uuid;
	number: number;
	kind: string;
	shows_as: string;
	name: string;
	account?: string | null;
	enabled: boolean;
	window_days: number;
	settings?: Json | null;
	secrets_set: string[];
	caps: Caps;
	health: ChannelHealth;
}
export interface ChannelForm {
	kind: string;
	name: string;
	enabled: boolean;
	window_days: number;
	settings: Json;
}
export interface ChannelCheck {
	ok: boolean;
	account?: string | null;
	findings: Bilingual[];
	error?: Told | null;
}
export interface Quarantined {
	id: Uuid;
	external_id: string;
	error: Told;
	payload: string;
	received_at: Instant;
	attempts: number;
	replayable: boolean;
}

export interface PostAuthor {
	identity_id?: Uuid | null;
	person_id?: Uuid | null;
	user_id?: Uuid | null;
	name: string;
	handle: string;
	followers?: number | null;
}
export interface Attachment {
	id: Uuid;
	mime: string;
	name?: string | null;
	size?: number | null;
	alt?: string | null;
	path?: string | null;
	url?: string | null;
}
export interface PostMatch {
	monitor_id: Uuid;
	monitor: string;
	ranges: [number, number][];
	/** Somebody took it off the monitor's matches as noise. */
	discarded: boolean;
}
/** Words of a post and the part of the query that found them; UTF-16 code units, `[start, end)`. */
export interface FoundPart {
	start: number;
	end: number;
	part: string;
}
export interface Sending {
	answer_id: Uuid;
	state: string;
	reason?: Told | null;
	undo_until?: Instant | null;
	retry_at?: Instant | null;
	can_retry: boolean;
	can_take_back: boolean;
}
export interface Post {
	id: Uuid;
	channel_id: Uuid;
	conversation_id?: Uuid | null;
	case_id?: Uuid | null;
	case_number?: number | null;
	direction: string;
	visibility: string;
	author: PostAuthor;
	title?: string | null;
	text: string;
	quoted?: string | null;
	url?: string | null;
	lang?: string | null;
	parent_id?: Uuid | null;
	occurred_at: Instant;
	received_at: Instant;
	edited_at?: Instant | null;
	deleted_at?: Instant | null;
	attachments: Attachment[];
	matches: PostMatch[];
	/** What the query of a search or preview found in the text. */
	highlights: [number, number][];
	/** The same, part by part; only in previews. */
	found: FoundPart[];
	sending?: Sending | null;
	/** What it says; not of our answers, nor of what is only kept for a while. */
	labels?: Labels | null;
}
/** A label in force; `p` is null when a person said it. */
export interface Label {
	label: string;
	p?: number | null;
}
export interface UrgencyGround {
	name: string;
	points: number;
	words: string;
}
export interface Urgency {
	score: number;
	grounds: UrgencyGround[];
}
/** Words and turns of phrase by language. */
export interface Phrases {
	es: string[];
	en: string[];
	pt: string[];
}
export interface ShippedWords {
	points: number;
	words: Phrases;
}
/** A ground for answering soon, or a topic. */
export interface WeightedWords {
	sort: string;
	name: string;
	fact: boolean;
	points: number;
	words: Phrases;
	changed: boolean;
	shipped?: ShippedWords | null;
}
export interface AllWeightedWords {
	lists: WeightedWords[];
	unread: number;
}
export interface WeightedWordsForm {
	points: number;
	words?: Phrases;
}
export interface WeightedWordsDraft extends WeightedWordsForm {
	sort: string;
	name: string;
}
export interface WordsTrial {
	text: string;
	followers?: number;
	contacts?: number;
	draft?: WeightedWordsDraft | null;
}
export interface WordsTried {
	urgency: Urgency;
	topics: string[];
	types: Label[];
	sentiment: Label;
	language: Label;
}
export interface LabelReason {
	label: string;
	words: string;
	weight: number;
}
export interface LabelCorrected {
	task: string;
	by: string;
	at: Instant;
	said: string[];
}
export interface Labels {
	post_id: Uuid;
	language: Label;
	sentiment: Label;
	types: Label[];
	audience: Label;
	urgency: Urgency;
	unsure: boolean;
	topics: string[];
	phrases: string[];
	because: LabelReason[];
	model: string;
	corrected: LabelCorrected[];
}
export interface Correction {
	language?: string | null;
	sentiment?: string | null;
	types?: string[] | null;
	audience?: string | null;
}
export interface ReviewNext {
	post?: Post | null;
	random: boolean;
	left: number;
	done: number;
	passed: number;
}
export interface ReviewAnswered {
	labels?: Labels | null;
}
export interface ReviewAnswer {
	labels?: Correction | null;
}
export interface Proportion {
	right: number;
	of: number;
	low: number;
	high: number;
}
export interface QualityTable {
	among: string;
	language?: string | null;
	channel_id?: Uuid | null;
	right: Proportion;
	cells: number[][];
}
export interface TaskQuality {
	task: string;
	rows: string[];
	columns: string[];
	tables: QualityTable[];
}
export interface Quality {
	model: string;
	reviewed: number;
	others: number;
	unanswered: number;
	few: number;
	tasks: TaskQuality[];
}
export interface LabelCompared {
	label: string;
	posts: number;
	before: number;
	after: number;
}
export interface TaskCompared {
	task: string;
	taken: boolean;
	verdict: string;
	loses?: string | null;
	labels: number;
	held_out: number;
	before: number;
	after: number;
	classes: LabelCompared[];
}
export interface LearntVersion {
	number: number;
	at: Instant;
	by: string;
	by_id?: Uuid | null;
	state: string;
	fits: boolean;
	digest: string;
	labels: number;
	held_out: number;
	tasks: TaskCompared[];
}
export interface Training {
	state: string;
	by: string;
	at?: Instant | null;
	ended_at?: Instant | null;
	made?: number | null;
	why?: string | null;
}
export interface LearntVersions {
	shipped: string;
	in_force: number;
	items: LearntVersion[];
	training: Training;
	labels: number;
	held_out: number;
	new: number;
	labels_needed: number;
	held_out_needed: number;
}
export interface PostStep {
	at: Instant;
	step: string;
	why: Json;
}
export interface PostVersion {
	until: Instant;
	text: string;
}
export interface PostDetail {
	post: Post;
	steps: PostStep[];
	versions: PostVersion[];
}

export interface PersonBrief {
	id: Uuid;
	number: number;
	name: string;
	handle?: string | null;
	followers?: number | null;
	vip: boolean;
}
export interface Identity {
	id: Uuid;
	provider: string;
	handle: string;
	name?: string | null;
	url?: string | null;
	followers?: number | null;
	first_seen_at: Instant;
}
export interface PersonDetail extends PersonBrief {
	kind: string;
	note?: string | null;
	created_at: Instant;
	identities: Identity[];
	cases: CaseRow[];
	posts: number;
}
export interface PersonChange {
	name?: string;
	kind?: string;
	note?: string | null;
	vip?: boolean;
}

export interface CaseRow {
	id: Uuid;
	number: number;
	person: PersonBrief;
	excerpt: string;
	subject?: string | null;
	channel_id: Uuid;
	channel_kind: string;
	private: boolean;
	state: string;
	priority: string;
	department_id?: Uuid | null;
	assignee_id?: Uuid | null;
	tags: string[];
	reason?: string | null;
	waiting_since?: Instant | null;
	opened_at: Instant;
	activity_at: Instant;
	snoozed_until?: Instant | null;
	unread: boolean;
	labels?: Labels | null;
}
export interface DepartmentCount {
	department_id: Uuid;
	open: number;
}
export interface SimilarAnswer {
	text: string;
	by: string;
	at: Instant;
}
/** A case that is like another, with what was answered last. */
export interface SimilarCase {
	case: CaseRow;
	likeness: number;
	answer?: SimilarAnswer | null;
}
export interface CaseCounts {
	mine: number;
	unassigned: number;
	all: number;
	snoozed: number;
	departments: DepartmentCount[];
}
export interface Conversation {
	id: Uuid;
	channel_id: Uuid;
	channel_kind: string;
	channel: string;
	visibility: string;
	continues?: Uuid | null;
	caps: Caps;
	public_blocked?: string | null;
	private_blocked?: string | null;
	mention?: string | null;
	person_id?: Uuid | null;
	to?: AnswerTo | null;
}
export interface Note {
	id: Uuid;
	author_id: Uuid;
	author: string;
	text: string;
	at: Instant;
}
export interface CaseChangeEntry {
	at: Instant;
	actor_id?: Uuid | null;
	actor: string;
	kind: string;
	detail: Json;
}
export type ThreadItem =
	| { type: 'post'; post: Post }
	| { type: 'note'; note: Note }
	| { type: 'change'; change: CaseChangeEntry };
export interface Presence {
	user_id: Uuid;
	name: string;
	state: string;
}
/** An earlier page of a case's thread, in order of time; `older` is the next one's `before`. */
export interface ThreadPage {
	items: ThreadItem[];
	older?: string | null;
}
export interface CaseDetail extends CaseRow {
	conversations: Conversation[];
	thread: ThreadItem[];
	older?: string | null;
	why: Json;
	presence: Presence[];
	reserved_by?: Uuid | null;
	reserved_until?: Instant | null;
}
export interface PresenceForm {
	state: 'viewing' | 'typing' | 'left';
}
/** Absent fields stay, `assignee_id: null` releases. */
export interface CaseChange {
	state?: string;
	priority?: string;
	department_id?: Uuid;
	assignee_id?: Uuid | null;
	tags?: string[];
	snoozed_until?: Instant;
	subject?: string;
}
export interface BulkChange {
	ids: Uuid[];
	change: CaseChange;
}
export interface BulkFailure {
	id: Uuid;
	code: string;
}
export interface BulkResult {
	changed: number;
	failed: BulkFailure[];
}
export interface NoteForm {
	text: string;
}
export interface AnswerForm {
	id: Uuid;
	conversation_id: Uuid;
	in_reply_to?: Uuid | null;
	text: string;
	subject?: string | null;
	visibility: string;
	attachment_ids?: Uuid[];
	resolve?: boolean;
}
/** Whom an answer goes to. */
export interface AnswerTo {
	post_id: Uuid;
	person_id?: Uuid | null;
	name: string;
	handle: string;
}
export interface GateProblem {
	code: string;
	message: string;
	range?: [number, number] | null;
}
export interface AnswerCheck {
	ok: boolean;
	length: number;
	max_length?: number | null;
	problems: GateProblem[];
	to?: AnswerTo | null;
}
export interface AnswerAccepted {
	post: Post;
}
export interface Upload {
	attachment: Attachment;
}
export interface Offer {
	id: Uuid;
	case: CaseRow;
	offered_at: Instant;
	expires_at: Instant;
	why: Json;
}
export interface CannedAnswer {
	id: Uuid;
	shortcut: string;
	title: string;
	text: string;
	lang?: string | null;
}
export interface CannedAnswerForm {
	shortcut: string;
	title: string;
	text: string;
	lang?: string | null;
}
export interface Notice {
	id: Uuid;
	kind: string;
	case_id?: Uuid | null;
	case_number?: number | null;
	actor?: string | null;
	excerpt?: string | null;
	at: Instant;
	read: boolean;
}

export type CostClass = 'low' | 'medium' | 'high';
export interface MonitorOwner {
	id: Uuid;
	name: string;
}
/** A monitor's query applied to the posts that had arrived before it. */
export interface MonitorHistory {
	state: string;
	version: number;
	looked_at: number;
	total?: number | null;
	matched: number;
	added: number;
	removed: number;
	reached_at?: Instant | null;
	started_at: Instant;
	finished_at?: Instant | null;
	error?: string | null;
}
/** A query that keeps taking too long on some posts, and is left undecided about them. */
export interface SlowQuery {
	since: Instant;
	posts: number;
}
export interface Monitor {
	id: Uuid;
	number: number;
	name: string;
	query: string;
	reading: Bilingual;
	enabled: boolean;
	matched_day: number;
	/** Levels joined by `/`; empty at the top. */
	folder: string;
	owner?: MonitorOwner | null;
	version: number;
	history?: MonitorHistory | null;
	/** It keeps taking too long on posts. */
	slow?: SlowQuery | null;
	cost?: CostClass | null;
	created_at: Instant;
	updated_at: Instant;
}
export interface MonitorForm {
	name: string;
	query: string;
	enabled: boolean;
	folder?: string;
	owner_id?: Uuid;
	note?: string;
}
export interface MonitorBrief {
	id: Uuid;
	number: number;
	name: string;
	folder: string;
	enabled: boolean;
}
export interface WordListRule {
	id: Uuid;
	name: string;
}
export interface WordList {
	id: Uuid;
	name: string;
	term: string;
	words: string[];
	owner?: MonitorOwner | null;
	monitors: MonitorBrief[];
	rules: WordListRule[];
	created_at: Instant;
	updated_at: Instant;
}
export interface WordListBrief {
	id: Uuid;
	name: string;
	term: string;
	words: number;
	first_words: string[];
	owner?: MonitorOwner | null;
	monitors: number;
	rules: number;
	updated_at: Instant;
}
export interface WordListForm {
	name: string;
	words: string[];
	owner_id?: Uuid | null;
}
export interface MonitorFolderMove {
	from: string;
	to: string;
}
export interface MonitorFolderMoved {
	moved: number;
}
export interface MonitorVersion {
	number: number;
	at: Instant;
	by: string;
	by_id?: Uuid | null;
	name: string;
	query: string;
	note?: string | null;
	restored_from?: number | null;
}
export type MonitorVersionPage = Page<MonitorVersion>;
export interface TextPiece {
	op: string;
	text: string;
}
export interface MonitorVersionDiff {
	from: MonitorVersion;
	to: MonitorVersion;
	name: TextPiece[];
	query: TextPiece[];
}
/** A place in a query, in UTF-16 code units. */
export interface QueryPlace {
	start: number;
	end: number;
}
export interface QueryError extends QueryPlace {
	code: string;
	message: Bilingual;
	hint: Bilingual;
}
export interface QueryEstimate {
	per_day: number;
	low: number;
	high: number;
	sampled: number;
	matched: number;
	since?: Instant | null;
	/** Of all posts taken in, the share that is stored. */
	kept_share: number;
}
export interface QueryCheck {
	ok: boolean;
	canonical?: string | null;
	reading?: Bilingual | null;
	error?: QueryError | null;
	cost?: CostClass | null;
	estimate?: QueryEstimate | null;
	same_as: MonitorBrief[];
}
export interface PreviewForm {
	query: string;
	limit?: number | null;
}
export interface Preview {
	posts: Post[];
	scanned: number;
	matched: number;
	since?: Instant | null;
	estimate: QueryEstimate;
	cost?: CostClass | null;
}
export interface MissReason {
	kind: string;
	part: string;
	terms: string[];
	ranges: [number, number][];
	message: Bilingual;
}
export interface TriedText {
	text: string;
	title?: string | null;
	matches: boolean;
	ranges: [number, number][];
	found: FoundPart[];
	reasons: MissReason[];
}
export interface QueryTried {
	results: TriedText[];
	matched: number;
}
export interface NoiseTerm {
	term: string;
	discarded: number;
	kept: number;
	log_odds: number;
	exclusion: string;
	query: string;
}
export interface MonitorNoise {
	discarded: number;
	kept: number;
	terms: NoiseTerm[];
}
export interface MonitorOverlap extends MonitorBrief {
	shared: number;
	own: number;
	other: number;
	overlap: number;
}
export interface MonitorDuplicates {
	same: MonitorBrief[];
	overlapping: MonitorOverlap[];
	posts: number;
}
export interface RuleConditions {
	monitor_ids?: Uuid[];
	query?: string | null;
	channel_ids?: Uuid[];
	channel_kinds?: string[];
	visibility?: string | null;
	followers_min?: number | null;
	langs?: string[];
	types?: string[];
	sentiments?: string[];
	urgency_min?: number | null;
}
export interface RuleActions {
	open_case?: boolean | null;
	department_id?: Uuid | null;
	priority?: string | null;
	tags?: string[];
}
export interface Rule {
	id: Uuid;
	name: string;
	enabled: boolean;
	position: number;
	conditions: RuleConditions;
	actions: RuleActions;
	/** Its query keeps taking too long on posts. */
	slow?: SlowQuery | null;
}
export interface RuleForm {
	name: string;
	enabled: boolean;
	conditions: RuleConditions;
	actions: RuleActions;
}

export interface CompanySettings {
	name: string;
	zone: string;
	offers: boolean;
	offer_seconds: number;
	undo_seconds: number;
	reopen_days: number;
}
export interface SendPolicy {
	forbidden: string[];
}
export interface Sample {
	loaded: boolean;
	playing: boolean;
	speed: number;
	played: number;
	total: number;
}
export interface Health {
	status: string;
	version: string;
	database: string;
}

export type Live =
	| { type: 'case'; case_id: Uuid; number: number; opened: boolean }
	| { type: 'post'; post_id: Uuid; case_id?: Uuid | null }
	| { type: 'presence'; case_id: Uuid; present: Presence[]; reserved_by?: Uuid | null }
	| { type: 'visitor_typing'; case_id: Uuid }
	| { type: 'offer' }
	| { type: 'notice' }
	| { type: 'channel'; channel_id: Uuid }
	| {
			type: 'history';
			monitor_id: Uuid;
			state: string;
			looked_at: number;
			total: number | null;
			matched: number;
	  }
	| { type: 'understanding' }
	| { type: 'settings' }
	| { type: 'reset' };
