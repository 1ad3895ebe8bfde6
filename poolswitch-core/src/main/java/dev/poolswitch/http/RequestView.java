package dev.poolswitch.http;

import org.jspecify.annotations.Nullable;

/** A view of the application's request. Implemented by an adapter over its client's native request; nothing is copied. */
public interface RequestView {

    /** The method in upper case. */
    String method();

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
