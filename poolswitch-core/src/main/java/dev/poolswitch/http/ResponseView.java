package dev.poolswitch.http;

import dev.poolswitch.Origin;
import dev.poolswitch.verdict.Answer;

/** A view of an answer as an adapter received it. Valid only until the attempt that is ended with it returns. */
public interface ResponseView extends Answer {

    /** Whether the answer came over the network; a cache's answer blames and praises nobody. */
    default boolean fromNetwork() {
        return true;
    }

    /** Whether the hop that answered was at this origin; after a redirect to a foreign one the key was not involved. */
    boolean answeredBy(Origin origin);

    /** Whether a body will be read by the caller; if not, the lease ends with the head. */
    boolean hasBody();

    /** How many bytes the caller will read; -1 when unknown. */
    long contentLength();
}
