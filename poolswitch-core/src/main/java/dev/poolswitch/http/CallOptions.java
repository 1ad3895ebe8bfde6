package dev.poolswitch.http;

import dev.poolswitch.LeaseRequest;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Hints of the application for one request. Immutable; each {@code with…} method returns a copy. Travels with the
 * request: as a tag in OkHttp, as an attribute of the context in HttpClient 5, as a property in JAX-RS.
 */
public final class CallOptions {

    private static final CallOptions NONE = new CallOptions(null, null, 0, true, null);

    private final @Nullable String model;
    private final @Nullable String session;
    private final long tokens;
    private final boolean repeats;
    private final @Nullable String keyId;

    /** No hints. */
    public static CallOptions none() {
        return NONE;
    }

    private CallOptions(
            @Nullable String model, @Nullable String session, long tokens, boolean repeats, @Nullable String keyId) {
        this.model = model;
        this.session = session;
        this.tokens = tokens;
        this.repeats = repeats;
        this.keyId = keyId;
    }

    /** The model that the request is for. */
    public CallOptions withModel(String name) {
        return new CallOptions(Objects.requireNonNull(name, "model"), session, tokens, repeats, keyId);
    }

    /** The session whose requests prefer the same key. */
    public CallOptions withSession(String id) {
        return new CallOptions(model, Objects.requireNonNull(id, "session"), tokens, repeats, keyId);
    }

    /** How many tokens the request is expected to cost, 0 or above. */
    public CallOptions withTokens(long estimate) {
        if (estimate < 0) {
            throw new IllegalArgumentException("tokens must be at least 0, but was " + estimate);
        }
        return new CallOptions(model, session, estimate, repeats, keyId);
    }

    /** One send, whatever the answer: no rotation, no retry. */
    public CallOptions withoutRepeats() {
        return new CallOptions(model, session, tokens, false, keyId);
    }

    /** This key and no other. */
    public CallOptions withKey(String id) {
        return new CallOptions(model, session, tokens, repeats, Objects.requireNonNull(id, "key id"));
    }

    boolean repeats() {
        return repeats;
    }

    LeaseRequest leaseRequest() {
        LeaseRequest request = LeaseRequest.any();
        if (this == NONE) {
            return request;
        }
        request = model == null ? request : request.withModel(model);
        request = session == null ? request : request.withSession(session);
        request = tokens == 0 ? request : request.withTokens(tokens);
        return keyId == null ? request : request.withKey(keyId);
    }

    @Override
    public String toString() {
        return "CallOptions[model=" + model + ", session=" + session + ", tokens=" + tokens + ", repeats=" + repeats
                + ", key=" + keyId + "]";
    }
}
