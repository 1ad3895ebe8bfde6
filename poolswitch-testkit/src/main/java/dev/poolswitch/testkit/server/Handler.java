package dev.poolswitch.testkit.server;

import org.jspecify.annotations.Nullable;

/**
 * Chooses the answer to one request. A {@link Reply} is a handler that always chooses itself.
 *
 * <p>Handlers run on the thread of the connection, several at a time. One that throws is answered for with status
 * 500, whose body names the class of the exception.
 *
 * <pre>{@code
 * server.script(request -> request.path().equals("/old") ? Reply.redirect("/new", 307) : Reply.ok("hello"));
 * }</pre>
 */
@FunctionalInterface
public interface Handler {
    /**
     * The answer to a request whose body has been read.
     *
     * @param request the request, already recorded
     */
    Reply reply(RecordedRequest request);

    /**
     * The answer to a request of which only the head has been read, or {@code null} to read the body and be asked
     * again through {@link #reply}.
     *
     * @param head the request without its body; its sequence number is 0
     */
    default @Nullable Reply beforeBody(RecordedRequest head) {
        return null;
    }
}
