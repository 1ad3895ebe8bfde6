package dev.poolswitch.http;

import org.jspecify.annotations.Nullable;

/** A view of the application's request. Implemented by an adapter over its client's native request; nothing is copied. */
public interface RequestView {

    /** The method in upper case. */
    String method();

    /** The encoded path, such as {@code /v1/models}; empty when the adapter does not tell. */
    default String path() {
        return "";
    }

    /** Path and query, by which requests are told apart; the path alone when the adapter tells no more. Never logged. */
    default String target() {
        return path();
    }

    /** How many bytes the body has; -1 when unknown. */
    default long contentLength() {
        return -1;
    }

    /**
     * The first bytes of a body that can be produced again; empty for any other body. Asked for only where the pool has
     * limits per model or on tokens.
     *
     * @param maxBytes the most bytes to return
     */
    default byte[] bodyPrefix(int maxBytes) {
        return new byte[0];
    }

    /** The first value of a header, by case-insensitive name; {@code null} when absent. */
    @Nullable
    String header(String name);

    /**
     * Whether sending the request now would send the whole body: there is none, it can be produced again, or nothing of
     * it has been read yet. A one-shot body that was read is never sent twice.
     */
    boolean canBeSent();

    /** Whether the request could be sent twice; tells before the first send what {@link #canBeSent()} tells after it. */
    boolean repeatable();
}
