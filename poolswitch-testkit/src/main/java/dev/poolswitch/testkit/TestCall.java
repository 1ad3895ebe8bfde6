package dev.poolswitch.testkit;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;

/** One call of a client; either {@link #execute} or {@link #enqueue} is called once. */
public interface TestCall {

    /**
     * Makes the call on this thread and returns when the head of the answer has come.
     *
     * @throws IOException what the client throws, unchanged; unchecked exceptions are passed on too
     */
    TestResponse execute() throws IOException;

    /** Makes the call as the client does without a thread of the caller; fails with what the client reports, unchanged. */
    CompletableFuture<TestResponse> enqueue();

    /** Gives up, from any thread; also while the answer's body is being read. */
    void cancel();
}
