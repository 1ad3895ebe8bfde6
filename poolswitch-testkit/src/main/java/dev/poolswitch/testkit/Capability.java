package dev.poolswitch.testkit;

/**
 * What a client or its adapter may lack. A contract test that needs something which is declared as a gap is skipped with
 * the declared reason, never silently.
 */
public enum Capability {
    /** The client follows redirects. */
    REDIRECTS("follows redirects"),
    /** A call without a thread of its own: {@link TestCall#enqueue}. */
    ASYNC("calls without a thread of their own"),
    /** {@link TestCall#enqueue} returns before the answer's head has come. */
    ASYNC_RETURNS_AT_ONCE("… which return before the answer has come"),
    /** Waiting asynchronous calls leave other calls alone. */
    ASYNC_WAITS_ASIDE("… whose waits leave other calls alone"),
    /** {@link TestCall#cancel} ends a call that {@link TestCall#execute} runs on another thread. */
    CANCEL("cancelling a call on another thread"),
    /** {@link TestRequest#timeout} limits the whole call. */
    CALL_TIMEOUT("time limit for a whole call"),
    /** An interrupt ends {@link TestCall#execute}. */
    INTERRUPT("an interrupt ends a call"),
    /** Request bodies that can be read only once. */
    ONE_SHOT_BODY("bodies that can be read once are sent once"),
    /** Nothing of a request's body is read before there is a connection to write it to. */
    UNREAD_BODY("… and again while nobody has read them"),
    /** {@code Expect: 100-continue} is honoured. */
    EXPECT_CONTINUE("`Expect: 100-continue`"),
    /** An answer that comes before the request's body has been sent is understood. */
    EARLY_ANSWER("answers before the body has been sent"),
    /** A key may have a base URL of its own. */
    BASE_URL_PER_KEY("a base URL per key"),
    /** Hints for one call: {@link TestRequest#options}. */
    CALL_OPTIONS("hints for one call"),
    /** {@link ClientUnderTest#connectionsInUse} tells the truth. */
    CONNECTION_COUNT("tells its connections"),
    /** Connections of answers that were read are used again, so that their number can be foretold. */
    CONNECTION_REUSE("connections used again"),
    /** Closing an answer that is still coming returns quickly. */
    PROMPT_CLOSE("closing an unfinished answer is quick"),
    /** Bytes of an answer are handed over as they come. */
    STREAMING("bodies are handed over as they come"),
    /** A body is fetched as it is read, so that an answer that nobody reads keeps its key, however short it is. */
    PULLED_BODY("an unread answer keeps its key"),
    /** The client decodes gzip unasked. */
    GZIP("decodes gzip unasked"),
    /** The client sends nothing again behind the adapter's back when a fresh connection breaks. */
    NO_HIDDEN_REPEATS("sends nothing again by itself"),
    /** {@link ClientUnderTest#serverSentEvents}. */
    SERVER_SENT_EVENTS("events of its own"),
    /** {@link ClientUnderTest#webSocketEcho}. */
    WEB_SOCKET("web sockets"),
    /** {@link ClientSettings#cache}. */
    CACHE("cache of its own"),
    /** {@link ClientSettings#http2}. */
    HTTP_2("HTTP/2"),
    /** {@link ClientUnderTest#duplex}; over HTTP/2. */
    DUPLEX("bodies sent while the answer comes");

    private final String label;

    Capability(String label) {
        this.label = label;
    }

    /** What it is called in a table for users. */
    public String label() {
        return label;
    }
}
