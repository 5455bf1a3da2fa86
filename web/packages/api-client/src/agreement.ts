/**
 * Keeps the named types true: the compiler refuses when one has a field the server does not describe, or lacks one that
 * it does. `schema.ts` is generated from the server's OpenAPI document (`npm run generate`).
 */
import type { components } from './schema.ts';
import type * as named from './types.ts';

type Described = components['schemas'];

interface Checked {
	AllWeightedWords: named.AllWeightedWords;
	AnswerAccepted: named.AnswerAccepted;
	AnswerCheck: named.AnswerCheck;
	AnswerForm: named.AnswerForm;
	AnswerTo: named.AnswerTo;
	Attachment: named.Attachment;
	AuditEntry: named.AuditEntry;
	AuditPage: named.AuditPage;
	Bilingual: named.Bilingual;
	BulkChange: named.BulkChange;
	BulkFailure: named.BulkFailure;
	BulkResult: named.BulkResult;
	CannedAnswer: named.CannedAnswer;
	CannedAnswerForm: named.CannedAnswerForm;
	Caps: named.Caps;
	CaseChange: named.CaseChange;
	CaseChangeEntry: named.CaseChangeEntry;
	CaseCounts: named.CaseCounts;
	CasePage: named.CasePage;
	CaseRow: named.CaseRow;
	Channel: named.Channel;
	ChannelCheck: named.ChannelCheck;
	ChannelForm: named.ChannelForm;
	ChannelHealth: named.ChannelHealth;
	ChannelKind: named.ChannelKind;
	ChannelLimit: named.ChannelLimit;
	CompanySettings: named.CompanySettings;
	Conversation: named.Conversation;
	Correction: named.Correction;
	Department: named.Department;
	DepartmentCount: named.DepartmentCount;
	DepartmentForm: named.DepartmentForm;
	FieldProblem: named.FieldProblem;
	FoundPart: named.FoundPart;
	GateProblem: named.GateProblem;
	Health: named.Health;
	Identity: named.Identity;
	Label: named.Label;
	LabelCompared: named.LabelCompared;
	LabelCorrected: named.LabelCorrected;
	LabelReason: named.LabelReason;
	Labels: named.Labels;
	LearntVersion: named.LearntVersion;
	LearntVersions: named.LearntVersions;
	Me: named.Me;
	MeChange: named.MeChange;
	MissReason: named.MissReason;
	Monitor: named.Monitor;
	MonitorBrief: named.MonitorBrief;
	MonitorDuplicates: named.MonitorDuplicates;
	MonitorFolderMove: named.MonitorFolderMove;
	MonitorFolderMoved: named.MonitorFolderMoved;
	MonitorForm: named.MonitorForm;
	MonitorHistory: named.MonitorHistory;
	MonitorNoise: named.MonitorNoise;
	MonitorOwner: named.MonitorOwner;
	MonitorVersion: named.MonitorVersion;
	MonitorVersionDiff: named.MonitorVersionDiff;
	MonitorVersionPage: named.MonitorVersionPage;
	NoiseTerm: named.NoiseTerm;
	Note: named.Note;
	NoteForm: named.NoteForm;
	Notice: named.Notice;
	Offer: named.Offer;
	PasswordChange: named.PasswordChange;
	PersonBrief: named.PersonBrief;
	PersonChange: named.PersonChange;
	PersonPage: named.PersonPage;
	Phrases: named.Phrases;
	Post: named.Post;
	PostAuthor: named.PostAuthor;
	PostDetail: named.PostDetail;
	PostMatch: named.PostMatch;
	PostPage: named.PostPage;
	PostStep: named.PostStep;
	PostVersion: named.PostVersion;
	Presence: named.Presence;
	PresenceForm: named.PresenceForm;
	Preview: named.Preview;
	PreviewForm: named.PreviewForm;
	Problem: named.Problem;
	Proportion: named.Proportion;
	Quality: named.Quality;
	QualityTable: named.QualityTable;
	Quarantined: named.Quarantined;
	QueryCheck: named.QueryCheck;
	QueryError: named.QueryError;
	QueryEstimate: named.QueryEstimate;
	QueryTried: named.QueryTried;
	ReviewAnswer: named.ReviewAnswer;
	ReviewAnswered: named.ReviewAnswered;
	ReviewNext: named.ReviewNext;
	Rule: named.Rule;
	RuleActions: named.RuleActions;
	RuleConditions: named.RuleConditions;
	RuleForm: named.RuleForm;
	Sample: named.Sample;
	SendPolicy: named.SendPolicy;
	Sending: named.Sending;
	Session: named.Session;
	SettingField: named.SettingField;
	SetupForm: named.SetupForm;
	SetupLink: named.SetupLink;
	ShippedWords: named.ShippedWords;
	SignIn: named.SignIn;
	SimilarAnswer: named.SimilarAnswer;
	SimilarCase: named.SimilarCase;
	SlowQuery: named.SlowQuery;
	TaskCompared: named.TaskCompared;
	TaskQuality: named.TaskQuality;
	TextPiece: named.TextPiece;
	Token: named.Token;
	TokenCreated: named.TokenCreated;
	TokenForm: named.TokenForm;
	Training: named.Training;
	TriedText: named.TriedText;
	Upload: named.Upload;
	Urgency: named.Urgency;
	UrgencyGround: named.UrgencyGround;
	User: named.User;
	UserChange: named.UserChange;
	UserInvite: named.UserInvite;
	UserInvited: named.UserInvited;
	WeightedWords: named.WeightedWords;
	WeightedWordsDraft: named.WeightedWordsDraft;
	WeightedWordsForm: named.WeightedWordsForm;
	WordList: named.WordList;
	WordListBrief: named.WordListBrief;
	WordListForm: named.WordListForm;
	WordListRule: named.WordListRule;
	WordsTrial: named.WordsTrial;
	WordsTried: named.WordsTried;
}

/** Names whose fields differ from the description. */
type Wrong = {
	[Name in keyof Checked]: [
		| Exclude<keyof Checked[Name], keyof Described[Name]>
		| Exclude<keyof Described[Name], keyof Checked[Name]>
	] extends [never]
		? never
		: Name;
}[keyof Checked];

/** Does not compile while anything is wrong, and then names it. */
export const nothingIsWrong: [Wrong] extends [never] ? true : Wrong = true;
