package dev.poolswitch.testkit;

/**
 * What a client or its adapter may lack. A contract test that needs something which is declared as a gap is skipped with
 * the declared reason, never silently.
 */
public enum Capability {
    /** The client follows redirects. */
    REDIRECTS,
    /** A call without a thread of its own: {@link TestCall#enqueue}. */
    ASYNC,
    /** {@link TestCall#enqueue} returns before the answer's head has come. */
    ASYNC_RETURNS_AT_ONCE,
    /** Waiting asynchronous calls leave other calls alone. */
    ASYNC_WAITS_ASIDE,
    /** {@link TestCall#cancel} ends a call that {@link TestCall#execute} runs on another thread. */
    CANCEL,
    /** {@link TestRequest#timeout} limits the whole call. */
    CALL_TIMEOUT,
    /** An interrupt ends {@link TestCall#execute}. */
    INTERRUPT,
    /** Request bodies that can be read only once. */
    ONE_SHOT_BODY,
    /** Nothing of a request's body is read before there is a connection to write it to. */
    UNREAD_BODY,
    /** {@code Expect: 100-continue} is honoured. */
    EXPECT_CONTINUE,
    /** An answer that comes before the request's body has been sent is understood. */
    EARLY_ANSWER,
    /** A key may have a base URL of its own. */
    BASE_URL_PER_KEY,
    /** Hints for one call: {@link TestRequest#options}. */
    CALL_OPTIONS,
    /** {@link ClientUnderTest#connectionsInUse} tells the truth. */
    CONNECTION_COUNT,
    /** Connections of answers that were read are used again, so that their number can be foretold. */
    CONNECTION_REUSE,
    /** Closing an answer that is still coming returns quickly. */
    PROMPT_CLOSE,
    /** Bytes of an answer are handed over as they come. */
    STREAMING,
    /** A body is fetched as it is read, so that an answer that nobody reads keeps its key, however short it is. */
    PULLED_BODY,
    /** The client decodes gzip unasked. */
    GZIP,
    /** The client sends nothing again behind the adapter's back when a fresh connection breaks. */
    NO_HIDDEN_REPEATS,
    /** {@link ClientUnderTest#serverSentEvents}. */
    SERVER_SENT_EVENTS,
    /** {@link ClientUnderTest#webSocketEcho}. */
    WEB_SOCKET,
    /** {@link ClientSettings#cache}. */
    CACHE,
    /** HTTP/2; the scripted server speaks HTTP/1.1, so the adapter brings its own test. */
    HTTP_2,
    /** Bodies that are sent while the answer is received; the adapter brings its own test. */
    DUPLEX
}
