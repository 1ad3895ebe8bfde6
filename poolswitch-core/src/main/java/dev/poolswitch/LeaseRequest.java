package dev.poolswitch;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a lease is wanted for. Immutable; each {@code with…} method returns a copy.
 *
 * <pre>{@code
 * Lease lease = pool.acquire(LeaseRequest.any().withModel("gpt-4o").withTokens(1_200));
 * }</pre>
 */
public final class LeaseRequest {

    private static final LeaseRequest ANY = new LeaseRequest(null, null, 0, null, null, null, true);

    private final @Nullable String model;
    private final @Nullable String session;
    private final long tokens;
    private final @Nullable Duration timeout;
    private final @Nullable String keyId;
    private final @Nullable Tried tried;
    private final boolean mayProbe;

    /** A key that was tried already in the same call, newest first. Not its lease, which would keep older ones alive. */
    private record Tried(KeySlot slot, @Nullable Tried before) {}

    /** Any key, for as long as the pool's policy waits. */
    public static LeaseRequest any() {
        return ANY;
    }

    private LeaseRequest(
            @Nullable String model,
            @Nullable String session,
            long tokens,
            @Nullable Duration timeout,
            @Nullable String keyId,
            @Nullable Tried tried,
            boolean mayProbe) {
        this.model = model;
        this.session = session;
        this.tokens = tokens;
        this.timeout = timeout;
        this.keyId = keyId;
        this.tried = tried;
        this.mayProbe = mayProbe;
    }

    /** A key that may serve this model and is not blocked for it. */
    public LeaseRequest withModel(String name) {
        return new LeaseRequest(Checks.notBlank("model", name), session, tokens, timeout, keyId, tried, mayProbe);
    }

    /** Preferably the key that served this session last. */
    public LeaseRequest withSession(String id) {
        return new LeaseRequest(model, Checks.notBlank("session", id), tokens, timeout, keyId, tried, mayProbe);
    }

    /** A key that has room for so many tokens, 0 or above; reserved until the lease ends. */
    public LeaseRequest withTokens(long estimate) {
        return new LeaseRequest(
                model, session, Checks.atLeast("tokens", 0L, estimate), timeout, keyId, tried, mayProbe);
    }

    /** Waits no longer than this, nor longer than the pool's policy allows; zero for not at all. */
    public LeaseRequest withTimeout(Duration longest) {
        return new LeaseRequest(model, session, tokens, Checks.notNegative("timeout", longest), keyId, tried, mayProbe);
    }

    /** This key and no other. */
    public LeaseRequest withKey(String id) {
        return new LeaseRequest(model, session, tokens, timeout, Checks.notBlank("key id", id), tried, mayProbe);
    }

    /** A key that serves as a probe only if nothing else is left: for a call that cannot be repeated. */
    public LeaseRequest withoutProbing() {
        return new LeaseRequest(model, session, tokens, timeout, keyId, tried, false);
    }

    /** Another key than that of a lease which was refused: the call goes on elsewhere, which counts as a failover. */
    public LeaseRequest insteadOf(Lease refused) {
        return new LeaseRequest(
                model,
                session,
                tokens,
                timeout,
                keyId,
                new Tried(Checks.notNull("lease", refused).slot(), tried),
                mayProbe);
    }

    /** Any key again, those that were tried included: for a repetition after something transient broke. */
    public LeaseRequest withTriedKeysAllowed() {
        return new LeaseRequest(model, session, tokens, timeout, keyId, null, mayProbe);
    }

    /** The model, if told. */
    public Optional<String> model() {
        return Optional.ofNullable(model);
    }

    /** The session, if told. */
    public Optional<String> session() {
        return Optional.ofNullable(session);
    }

    /** The estimated tokens; 0 when unknown. */
    public long tokens() {
        return tokens;
    }

    /** The longest wait, if told. */
    public Optional<Duration> timeout() {
        return Optional.ofNullable(timeout);
    }

    boolean isPlain() {
        return model == null && tokens == 0 && keyId == null && tried == null;
    }

    boolean mayProbe() {
        return mayProbe;
    }

    @Nullable
    String modelOrNull() {
        return model;
    }

    @Nullable
    String sessionOrNull() {
        return session;
    }

    @Nullable
    String keyIdOrNull() {
        return keyId;
    }

    /** The key whose refusal made the call go on, if any. */
    @Nullable
    KeySlot refused() {
        return tried == null ? null : tried.slot;
    }

    /** Whether there is no key for this call either when there is none for the other. */
    boolean asksNoLessThan(LeaseRequest other) {
        return other.isPlain()
                || (other.tried == null
                        && tokens >= other.tokens
                        && (other.model == null || other.model.equals(model))
                        && (other.keyId == null || other.keyId.equals(keyId)));
    }

    boolean tried(KeySlot slot) {
        for (Tried t = tried; t != null; t = t.before) {
            if (t.slot == slot) {
                return true;
            }
        }
        return false;
    }

    @Override
    public String toString() {
        return "LeaseRequest[model=" + model + ", tokens=" + tokens + ", key=" + keyId + "]";
    }
}
