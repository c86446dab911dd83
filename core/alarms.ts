/** An alarm of a deployed stack. */
export interface StackAlarm {
  name: string;
  /** `OK`, `ALARM` or `INSUFFICIENT_DATA`. */
  state: string;
  /** ARNs of the topics that it writes to when it goes off; none where its actions are disabled. */
  topics: string[];
  /** Whether it keeps its state until its metric has a new value, which may be days. */
  lasts: boolean;
}

/** What an alarm did when its state changed, as CloudWatch reports it. */
export interface AlarmAction {
  alarm: string;
  /** ISO 8601 UTC. */
  at: string;
  succeeded: boolean;
  /** CloudWatch's own line, which has the reason of a failure. */
  summary: string;
}

/** The way from a stack's alarms to those who get their notices. */
export interface AlarmWay {
  alarms: StackAlarm[];
  subscriptions: {
    topic: string;
    /** `email`, `sms`, `lambda` and others. */
    protocol: string;
    endpoint: string;
    /** Whether its owner has confirmed it: before that, nothing is sent. */
    confirmed: boolean;
  }[];
  /** The last first. */
  actions: AlarmAction[];
}
