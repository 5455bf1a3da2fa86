/** Whether the server can be reached, from what requests and the live stream experience. */
class Connection {
	online = $state(true);
	/** When it was lost. */
	since = $state<number | undefined>(undefined);

	reached(reached: boolean) {
		if (reached === this.online) return;
		this.online = reached;
		this.since = reached ? undefined : Date.now();
	}
}

export const connection = new Connection();
